import type { Chat } from '@deskbell/contract/chats'
import { Trans } from '@lingui/react/macro'
import { Avatar } from '../../../components/avatar.tsx'

/** Whom the client talks to. */
export function OwnChatHeader({ chat }: { chat: Chat | undefined }) {
  const operator = chat?.operator ?? null
  return (
    <div className="flex min-w-0 items-center gap-3">
      {operator !== null && <Avatar id={operator.id} name={operator.name} />}
      <div className="min-w-0">
        <h2 className="truncate text-title font-semibold">
          {operator === null ? <Trans>Chat with us</Trans> : <bdi>{operator.name}</bdi>}
        </h2>
        <p className="truncate text-small text-ink-2">
          <Standing chat={chat} />
        </p>
      </div>
    </div>
  )
}

function Standing({ chat }: { chat: Chat | undefined }) {
  if (chat === undefined) return <Trans>Write to us, and an operator will answer here.</Trans>
  if (chat.status === 'closed') return <Trans>This chat is closed</Trans>
  if (chat.operator === null) return <Trans>An operator will join soon</Trans>
  return <Trans>Your operator</Trans>
}
