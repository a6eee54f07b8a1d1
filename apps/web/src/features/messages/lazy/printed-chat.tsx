import type { Timeline } from '@deskbell/sdk'
import { Trans } from '@lingui/react/macro'
import { useMemo } from 'react'
import { createPortal } from 'react-dom'
import { useFormat } from '../../../components/use-format.ts'
import { MessageText } from '../message/message-bubble.tsx'
import { ActivityLine } from '../message-list/activity-line.tsx'
import { wholeLog } from '../message-list/shown-range.ts'
import { type MessageItem, type TimelineItem, timelineItems, type Viewer } from '../message-list/timeline-items.ts'

export type PrintedChatProps = {
  readonly timeline: Timeline
  readonly viewer: Omit<Viewer, 'unreadFrom'>
  readonly title: string
}

/**
 * Printed instead of the page: every loaded message, with its author and time. The page itself shows one window of it,
 * and has only a part of a long chat in the document.
 */
export function PrintedChat(props: PrintedChatProps) {
  return createPortal(<Sheet {...props} />, document.body)
}

function Sheet({ timeline, viewer, title }: PrintedChatProps) {
  const items = useMemo(() => timelineItems(timeline, { ...viewer, unreadFrom: null }, wholeLog), [timeline, viewer])
  return (
    <main className="printed-sheet">
      <h1>{title}</h1>
      {items.map((item) => (
        <SheetItem key={item.key} item={item} />
      ))}
    </main>
  )
}

function SheetItem({ item }: { item: TimelineItem }) {
  const format = useFormat()
  switch (item.type) {
    case 'day':
      return (
        <h2>
          <time dateTime={item.at}>{format.fullDate(item.at)}</time>
        </h2>
      )
    case 'unread':
      return null
    case 'activity':
      return <ActivityLine entry={item.entry} />
    case 'message':
      return <SheetMessage item={item} />
  }
}

function SheetMessage({ item }: { item: MessageItem }) {
  const format = useFormat()
  return (
    <article>
      <h3>
        <bdi>{item.author.name}</bdi> <time dateTime={item.at}>{format.time(item.at)}</time>
      </h3>
      {item.retracted ? <Trans>Message deleted</Trans> : <MessageText text={item.text} />}
      {item.attachments.map(({ id, name }) => (
        <p key={id}>
          <bdi>{name}</bdi>
        </p>
      ))}
    </article>
  )
}
