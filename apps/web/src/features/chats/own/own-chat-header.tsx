import type { Chat } from '@deskbell/sdk'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Avatar } from '../../../components/avatar.tsx'
import { PresenceSign } from '../../../components/badge.tsx'

type OwnChatHeaderProps = {
  readonly chat: Chat | undefined
  /** Null: not known at present. */
  readonly operatorsOnline: boolean | null
  readonly canWrite: boolean
}

/** Shows whom the client talks to, and one line: the chat is closed, an operator is online, or what happens next. */
export function OwnChatHeader({ chat, operatorsOnline, canWrite }: OwnChatHeaderProps) {
  const operator = chat?.operator ?? null
  return (
    <div className="flex min-w-0 flex-1 items-center gap-3 border-line md:border-s md:ps-4">
      {operator !== null && (
        <span className="inline-flex max-sm:hidden short:hidden">
          <Avatar id={operator.id} name={operator.name} url={operator.avatarUrl} size="row" />
        </span>
      )}
      <div className="min-w-0">
        <h2 className="truncate text-read font-semibold">
          {operator === null ? <Trans>Chat with us</Trans> : <bdi>{operator.name}</bdi>}
        </h2>
        <div className="text-meta text-ink-2 short:hidden">
          <ChatStatusText chat={chat} operatorsOnline={operatorsOnline} canWrite={canWrite} />
        </div>
      </div>
    </div>
  )
}

function ChatStatusText({ chat, operatorsOnline, canWrite }: OwnChatHeaderProps): ReactNode {
  if (chat?.status === 'closed' && operatorsOnline !== false) return <Trans>This chat is closed</Trans>
  if (operatorsOnline !== null) return <Presence online={operatorsOnline} canWrite={canWrite} />
  if (chat === undefined) return <Trans>Message us and we’ll reply here.</Trans>
  return chat.operator === null ? <Trans>Someone will join you shortly</Trans> : <Trans>Your operator</Trans>
}

function Presence({ online, canWrite }: { online: boolean; canWrite: boolean }) {
  return (
    <p className="flex min-w-0 items-baseline gap-1.5">
      <PresenceSign online={online} />
      <span>
        {online ? (
          <Trans>We’re online</Trans>
        ) : canWrite ? (
          <Trans>We’re offline. Leave a message and we’ll reply here.</Trans>
        ) : (
          <Trans>We’re offline right now.</Trans>
        )}
      </span>
    </p>
  )
}
