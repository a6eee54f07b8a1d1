import { Trans, useLingui } from '@lingui/react/macro'
import { Avatar } from '../../components/avatar.tsx'
import { lazyPart } from '../../components/lazy-part.tsx'
import { useFormat } from '../../components/use-format.ts'
import { withCatalogs } from '../../lib/i18n.ts'
import { CopyButton } from './copy-button.tsx'
import { type ChangeHandlers, MessageMore } from './message-more.tsx'
import { MessageStatus } from './message-status.tsx'
import { ownMessage } from './own-messages.ts'
import type { PendingActionsProps, PendingHandlers } from './pending-actions.tsx'
import { MessageText } from './text/message-text.tsx'
import type { MessageItem } from './timeline-item.ts'

/** Why a message does not go on by itself, and what can be done with its text. */
const PendingActions = lazyPart<PendingActionsProps>(
  async () => (await withCatalogs(['parts'], () => import('./tools/pending-buttons.tsx'))).PendingButtons,
)

type BubbleProps = {
  readonly item: MessageItem
  /** Messages of one's own side stand at the end: for an operator also those of other operators. */
  readonly ourSide: boolean
  readonly handlers: PendingHandlers
  readonly changes: ChangeHandlers | null
}

/** One message. The heading is for people who move through the thread by headings. */
export function MessageBubble({ item, ourSide, handlers, changes }: BubbleProps) {
  const { author, own, pending } = item
  return (
    <article
      data-key={item.key}
      data-seq={item.seq ?? undefined}
      data-state={item.state ?? undefined}
      className={`group flex gap-2 contain-content ${ourSide ? 'flex-row-reverse' : ''} ${item.startsGroup ? 'pt-3' : 'pt-0.5'} ${pending === null ? '' : 'animate-enter'}`}
    >
      {!ourSide && (
        <div className="w-7 shrink-0 self-end">
          {item.endsGroup && <Avatar id={author.id} name={author.name} size="small" />}
        </div>
      )}
      <div className={`flex max-w-[min(82%,34rem)] min-w-0 flex-col ${ourSide ? 'items-end' : 'items-start'}`}>
        <Heading item={item} />
        {/* What can be done with a message comes after its text, for those who hear it. */}
        <div className={`flex max-w-full items-center gap-1 ${ourSide ? 'flex-row-reverse' : ''}`}>
          <div className={`min-w-0 rounded-bubble px-3 py-2 forced-frame ${bubbleLook(item, ourSide)}`}>
            {item.retracted ? (
              <p className="text-ink-3">
                <Trans>Message deleted</Trans>
              </p>
            ) : (
              <MessageText text={item.text} />
            )}
          </div>
          <Side item={item} changes={ourSide ? changes : null} />
        </div>
        {hasMeta(item) && <Meta item={item} named={!own} />}
        {pending !== null && (pending.state === 'failed' || pending.state === 'held') && (
          <PendingActions pending={pending} handlers={handlers} />
        )}
      </div>
    </article>
  )
}

/** Beside the bubble: what can be done with the message, and its sign where no line below says it. */
function Side({ item, changes }: Pick<BubbleProps, 'item' | 'changes'>) {
  const own = ownMessage(item)
  return (
    <>
      {!item.retracted && <CopyButton text={item.text} />}
      {own !== null && changes !== null && <MessageMore message={own} changes={changes} />}
      {item.state !== null && !hasMeta(item) && (
        <span className="self-end text-ink-3">
          <MessageStatus state={item.state} tells={item.tells} />
        </span>
      )}
    </>
  )
}

function hasMeta({ endsGroup, edited, tells }: MessageItem): boolean {
  return endsGroup || edited || tells === 'words'
}

function Meta({ item, named }: { item: MessageItem; named: boolean }) {
  const format = useFormat()
  return (
    <p className="mt-0.5 flex min-w-0 max-w-full items-center gap-1 px-1 text-meta text-ink-3">
      {named && item.author.name !== '' && (
        <>
          <bdi aria-hidden="true" title={item.author.name} className="min-w-0 truncate">
            {item.author.name}
          </bdi>
          <span aria-hidden="true">·</span>
        </>
      )}
      {item.edited && (
        <span>
          <Trans>edited</Trans>
        </span>
      )}
      <time dateTime={item.at} title={format.moment(item.at)}>
        {format.time(item.at)}
      </time>
      {item.state !== null && <MessageStatus state={item.state} tells={item.tells} />}
    </p>
  )
}

function Heading({ item }: { item: MessageItem }) {
  const { t } = useLingui()
  const format = useFormat()
  return (
    <h3 className="sr-only">
      <bdi>{item.own ? t`You` : item.author.name}</bdi>
      <span>, {format.time(item.at)}</span>
    </h3>
  )
}

function bubbleLook(item: MessageItem, ourSide: boolean): string {
  const tail = item.endsGroup ? (ourSide ? 'rounded-ee-tail' : 'rounded-es-tail') : ''
  if (item.state === 'failed') return `border border-transparent bg-danger-soft text-ink ${tail}`
  if (ourSide) return `border border-transparent bg-accent-soft text-ink ${tail}`
  return `border border-line bg-raised text-ink ${tail}`
}
