import type { Chat } from '@deskbell/contract/chats'
import { Trans } from '@lingui/react/macro'
import { memo, useId } from 'react'
import { AppLink } from '../../../components/app-link.tsx'
import { Avatar } from '../../../components/avatar.tsx'
import { Badge } from '../../../components/badge.tsx'
import { activityOf } from '../chat-order.ts'
import { LastWords } from '../last-words.tsx'
import { rowChosen } from '../row-chosen.ts'
import { RowTime } from '../row-time.tsx'
import { WaitingTime } from './waiting-time.tsx'

type ChatRowProps = {
  readonly chat: Chat
  readonly selected: boolean
  /** The client is here. */
  readonly online: boolean
  readonly ownId: number
}

/**
 * One chat in the list: who, when, the last words, whose it is, how much is unread.
 * A screen reader hears what is unread, the name, whether the client is here, the time and the owner; the last words are the description.
 */
export const ChatRow = memo(function ChatRow({ chat, selected, online, ownId }: ChatRowProps) {
  const { client, lastMessage, unread } = chat
  const previewId = useId()
  return (
    <AppLink
      to={`/chats/${ownId}?chat=${chat.id}`}
      data-row
      data-chat-id={chat.id}
      aria-current={selected ? 'true' : undefined}
      aria-describedby={previewId}
      className={`relative grid h-16 w-full grid-cols-[2.25rem_minmax(0,1fr)] items-center gap-x-3 rounded-control ps-2 pe-2.5 text-start after:absolute after:start-14 after:end-2.5 after:top-0 after:h-px after:bg-line hover:bg-hover hover:after:opacity-0 [li:first-child>&]:after:hidden focus-visible:-outline-offset-2 ${selected ? rowChosen : ''}`}
    >
      <Avatar id={client.id} name={client.name} size="row" here={online} />
      <span className="grid min-w-0 gap-0.5">
        <span className="flex min-w-0 items-baseline gap-2">
          <Badge count={unread} spokenOnly />
          <span className={`min-w-0 flex-1 truncate text-body ${unread > 0 ? 'font-semibold' : 'font-medium'}`}>
            <bdi>{client.name}</bdi>
          </span>
          {online && (
            <span className="sr-only">
              <Trans>Online</Trans>
            </span>
          )}
          {typeof chat.waitingSince === 'string' ? (
            <WaitingTime since={chat.waitingSince} />
          ) : (
            <RowTime at={activityOf(chat)} />
          )}
        </span>
        <span className="flex h-5 min-w-0 items-center gap-2">
          <span
            id={previewId}
            aria-hidden="true"
            className={`flex min-w-0 flex-1 gap-1 text-small ${unread > 0 ? 'text-ink-2' : 'text-ink-3'}`}
          >
            {lastMessage?.direction === 'out' && (
              <span className="shrink-0">
                <Trans>Reply:</Trans>
              </span>
            )}
            <span dir="auto" className="min-w-0 flex-1 truncate text-left">
              <LastWords message={lastMessage} />
            </span>
          </span>
          <Owner chat={chat} />
          <Badge count={unread} seenOnly />
        </span>
      </span>
    </AppLink>
  )
})

/** Small, because most chats have one: a row says whose it is without taking the room of the last words. */
function Owner({ chat }: { chat: Chat }) {
  const { operator, status } = chat
  if (operator !== null) {
    return (
      <span title={operator.name} className="relative inline-flex">
        <Avatar id={operator.id} name={operator.name} size="tiny" />
        <bdi className="sr-only">{operator.name}</bdi>
      </span>
    )
  }
  if (status === 'closed') return null
  return (
    <span className="sr-only">
      <Trans>Unassigned</Trans>
    </span>
  )
}
