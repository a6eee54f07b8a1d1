import type { Chat } from '@deskbell/sdk'
import { useStore } from '@deskbell/sdk/react'
import { Trans, useLingui } from '@lingui/react/macro'
import { memo, useId } from 'react'
import { Avatar } from '../../../../components/avatar.tsx'
import { Badge } from '../../../../components/badge.tsx'
import { AppLink } from '../../../../components/navigation.tsx'
import { useFormat } from '../../../../components/use-format.ts'
import { type Ago, timeAgo } from '../../../../lib/day-clock.ts'
import { regionalTag, wantedLanguages } from '../../../../lib/locale.ts'
import { activityOf } from '../../known-chats.ts'
import { LastWords, RowTime, rowChosen } from '../../row-parts.tsx'
import { VerifiedSign } from '../verified-sign.tsx'

type ChatRowProps = {
  readonly chat: Chat
  readonly selected: boolean
  /** The client is online. */
  readonly online: boolean
  readonly ownId: number
}

/**
 * One chat in the list: client, time, last message, operator and unread count. Screen readers announce the unread
 * count, the name, whether the client is verified and online, the time and the operator; the last message is the
 * description.
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
      className={`relative grid h-16 w-full grid-cols-[2.25rem_minmax(0,1fr)] items-center gap-x-3 rounded-control ps-2 pe-2.5 text-start after:absolute after:start-14 after:end-2.5 after:top-0 after:h-px after:bg-line hover:bg-hover hover:after:opacity-0 [li:first-child>&]:after:hidden focus-visible:-outline-offset-2 forced-ink ${selected ? rowChosen : ''}`}
    >
      <Avatar id={client.id} name={client.name} url={client.avatarUrl} size="row" online={online} />
      <span className="grid min-w-0 gap-0.5">
        <span className="flex min-w-0 items-baseline gap-2">
          <Badge count={unread} spokenOnly />
          <span
            className={`flex min-w-0 flex-1 items-center gap-1 text-body ${unread > 0 ? 'font-semibold' : 'font-medium'}`}
          >
            <bdi className="truncate">{client.name}</bdi>
            {client.verified && <VerifiedSign size={14} />}
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

/** Small, because most chats have an operator, and the last message needs the room. */
function Owner({ chat }: { chat: Chat }) {
  const { operator, status } = chat
  if (operator !== null) {
    return (
      <span title={operator.name} className="relative inline-flex">
        <Avatar id={operator.id} name={operator.name} url={operator.avatarUrl} size="tiny" />
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

/** A client who has waited this long has waited too long. */
const lateMs = 15 * 60_000

/**
 * Replaces the time while a client waits: shows for how long. Amber means late; a hidden text says that it is a wait.
 */
export function WaitingTime({ since }: { since: string }) {
  const { i18n } = useLingui()
  const format = useFormat()
  const now = useMinute()
  const sinceMs = Date.parse(since)
  const wait = timeAgo(sinceMs, now)
  const isLate = now - sinceMs >= lateMs
  return (
    <time
      dateTime={since}
      title={format.moment(since)}
      className={`shrink-0 text-meta font-medium tabular-nums ${isLate ? 'text-warn-text' : 'text-ink-2'}`}
    >
      <span className="sr-only">
        <Trans>Waiting</Trans>{' '}
      </span>
      {wait === null ? <Trans>now</Trans> : spanOf(wait, i18n.locale)}
    </time>
  )
}

/** 18 min, 2 hr, 3 days. */
function spanOf({ value, unit }: Ago, locale: string): string {
  const tag = regionalTag(locale, wantedLanguages())
  return new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'short' }).format(value)
}

const minuteMs = 60_000
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let nowMs = Date.now()

/**
 * Returns the time in milliseconds, and re-renders the component every 15 seconds. All components share one timer,
 * which runs only while it has subscribers.
 */
export function useMinute(): number {
  return useStore(minutes)
}

function tick(): void {
  nowMs = Date.now()
  for (const listener of [...listeners]) listener()
}

const minutes = {
  getSnapshot(): number {
    // Also after a sleep, during which no timer ran.
    if (Math.abs(Date.now() - nowMs) >= minuteMs) nowMs = Date.now()
    return nowMs
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    timer ??= setInterval(tick, minuteMs / 4)
    return () => {
      listeners.delete(listener)
      if (listeners.size > 0) return
      clearInterval(timer)
      timer = undefined
    }
  },
}
