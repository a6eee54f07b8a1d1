import type { Chat } from '@deskbell/contract/chats'
import { Trans } from '@lingui/react/macro'
import { memo } from 'react'
import { AppLink } from '../../../components/app-link.tsx'
import { Avatar } from '../../../components/avatar.tsx'
import { Badge } from '../../../components/badge.tsx'
import { activityOf } from '../chat-order.ts'
import { LastWords } from '../last-words.tsx'
import { RowTime } from '../row-time.tsx'

type ChatRowProps = {
  readonly chat: Chat
  readonly selected: boolean
  readonly ownId: number
}

/** One chat in the list: who, when, the last words, whose it is, how much is unread. */
export const ChatRow = memo(function ChatRow({ chat, selected, ownId }: ChatRowProps) {
  const { client, lastMessage, unread } = chat
  return (
    <AppLink
      to={`/chats/${ownId}?chat=${chat.id}`}
      data-row
      data-chat-id={chat.id}
      aria-current={selected ? 'true' : undefined}
      className="grid min-h-16 w-full grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3 px-3 py-2.5 text-start hover:bg-hover focus-visible:-outline-offset-2 aria-[current]:bg-accent-soft"
    >
      <Avatar id={client.id} name={client.name} />
      <span className="min-w-0">
        <span className={`block truncate text-body ${unread > 0 ? 'font-semibold' : 'font-medium'}`}>
          <bdi>{client.name}</bdi>
        </span>
        <span className={`flex min-w-0 gap-1 text-small ${unread > 0 ? 'text-ink' : 'text-ink-2'}`}>
          {lastMessage?.direction === 'out' && (
            <span className="shrink-0 text-ink-3">
              <Trans>Reply:</Trans>
            </span>
          )}
          <span dir="auto" className="truncate">
            <LastWords message={lastMessage} />
          </span>
        </span>
      </span>
      <span className="flex flex-col items-end gap-1">
        <RowTime at={activityOf(chat)} />
        <span className="flex h-5 items-center gap-1.5">
          <Owner chat={chat} ownId={ownId} />
          <Badge count={unread} />
        </span>
      </span>
    </AppLink>
  )
})

function Owner({ chat, ownId }: { chat: Chat; ownId: number }) {
  if (chat.status === 'closed' || chat.operator?.id === ownId) return null
  const look = 'rounded-chip px-1.5 text-micro font-medium'
  if (chat.operator === null) {
    return (
      <span className={`whitespace-nowrap ${look} bg-warn-soft text-warn-text`}>
        <Trans>Unassigned</Trans>
      </span>
    )
  }
  return (
    <span className={`max-w-24 truncate ${look} bg-sunken text-ink-2`}>
      <bdi>{chat.operator.name}</bdi>
    </span>
  )
}
