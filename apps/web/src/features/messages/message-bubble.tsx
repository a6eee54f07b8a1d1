import { Trans, useLingui } from '@lingui/react/macro'
import { memo } from 'react'
import { Avatar } from '../../components/avatar.tsx'
import { useFormat } from '../../components/use-format.ts'
import { CopyButton } from './copy-button.tsx'
import { FailedActions, type FailedHandlers } from './failed-actions.tsx'
import { MessageStatus } from './message-status.tsx'
import { MessageText } from './message-text.tsx'
import type { MessageItem } from './timeline-items.ts'

type BubbleProps = {
  readonly item: MessageItem
  /** Messages of one's own side stand at the end: for an operator also those of other operators. */
  readonly ourSide: boolean
  readonly onFailed: FailedHandlers
}

/** One message. The heading is for people who move through the thread by headings. */
export const MessageBubble = memo(function MessageBubble({ item, ourSide, onFailed }: BubbleProps) {
  const format = useFormat()
  const { author, own } = item
  return (
    <article
      data-key={item.key}
      data-seq={item.seq ?? undefined}
      data-state={item.state ?? undefined}
      className={`group flex gap-2 ${ourSide ? 'flex-row-reverse' : ''} ${item.startsGroup ? 'mt-3' : 'mt-0.5'} ${item.pending === null ? '' : 'animate-enter'}`}
    >
      {!ourSide && (
        <div className="w-7 shrink-0 self-end">
          {item.endsGroup && <Avatar id={author.id} name={author.name} small />}
        </div>
      )}
      <div className={`flex max-w-[min(82%,36rem)] min-w-0 flex-col ${ourSide ? 'items-end' : 'items-start'}`}>
        <Heading item={item} shown={!own && item.startsGroup} />
        <div className="flex max-w-full items-center gap-1">
          {ourSide && !item.retracted && <CopyButton text={item.text} />}
          <div className={`min-w-0 rounded-bubble px-3 py-2 text-read ${bubbleLook(item, ourSide)}`}>
            {item.retracted ? (
              <p className="text-ink-3">
                <Trans>This message was taken back.</Trans>
              </p>
            ) : (
              <MessageText text={item.text} />
            )}
          </div>
          {!ourSide && !item.retracted && <CopyButton text={item.text} />}
        </div>
        {item.endsGroup && (
          <p className="mt-1 flex items-center gap-1 px-1 text-meta text-ink-3">
            {item.edited && (
              <span>
                <Trans>edited</Trans>
              </span>
            )}
            <time dateTime={item.at} title={format.moment(item.at)}>
              {format.time(item.at)}
            </time>
            {item.state !== null && <MessageStatus state={item.state} />}
          </p>
        )}
        {item.pending?.state === 'failed' && <FailedActions pending={item.pending} {...onFailed} />}
      </div>
    </article>
  )
})

function Heading({ item, shown }: { item: MessageItem; shown: boolean }) {
  const { t } = useLingui()
  const format = useFormat()
  return (
    <h3 className={shown ? 'mb-1 px-1 text-meta font-medium text-ink-2' : 'sr-only'}>
      <bdi>{item.own ? t`You` : item.author.name}</bdi>
      <span className="sr-only">, {format.time(item.at)}</span>
    </h3>
  )
}

function bubbleLook(item: MessageItem, ourSide: boolean): string {
  const tail = item.endsGroup ? (ourSide ? 'rounded-ee-tail' : 'rounded-es-tail') : ''
  if (item.state === 'failed') return `bg-danger-soft text-ink ${tail}`
  if (ourSide) return `bg-accent-soft text-ink ${tail}`
  return `border border-line bg-raised text-ink ${tail}`
}
