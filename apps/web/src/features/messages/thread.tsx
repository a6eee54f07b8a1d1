import type { Role } from '@deskbell/contract/users'
import type { ChatFollower, Timeline } from '@deskbell/sdk'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { type KeyboardEvent, memo, type Ref, useCallback, useImperativeHandle, useMemo, useRef, useState } from 'react'
import { Icon } from '../../components/icon.tsx'
import { lazyPart } from '../../components/lazy-part.tsx'
import { useToday } from '../../lib/day-clock.ts'
import { importPart } from '../../lib/import-part.ts'
import { ActivityLine } from './activity-line.tsx'
import { DaySeparator } from './day-separator.tsx'
import { MessageBubble } from './message-bubble.tsx'
import type { ChangeHandlers } from './message-more.tsx'
import type { PendingHandlers } from './pending-actions.tsx'
import { sameItems } from './same-items.ts'
import type { ShownRange } from './shown-range.ts'
import { ThreadSkeleton } from './thread-skeleton.tsx'
import type { TimelineItem, Viewer } from './timeline-item.ts'
import { timelineItems } from './timeline-items.ts'
import type { FloatingDayProps } from './tools/floating-day.tsx'
import { useKeptFocus } from './use-kept-focus.ts'
import { useMarks } from './use-marks.ts'
import { type ShownPart, useShownRange } from './use-shown-range.ts'
import { type ThreadScroll, useThreadScroll } from './use-thread-scroll.ts'

const FloatingDay = lazyPart<FloatingDayProps>(
  async () => (await importPart(() => import('./tools/floating-day.tsx'))).FloatingDay,
)

/** What others may ask of a thread. */
export type ThreadView = {
  /** The newest entry that has stood in view. */
  readonly seenSeq: () => number
  readonly showNewest: () => void
}

/** May put one item in the place of several. */
export type Fold = (items: readonly TimelineItem[]) => readonly TimelineItem[]

type ThreadProps = {
  readonly ref?: Ref<ThreadView> | undefined
  readonly follower: ChatFollower
  readonly timeline: Timeline
  readonly viewer: Omit<Viewer, 'unreadFrom'>
  /** Of the chat's row: how many messages of the other side the viewer has not read, as of this entry. */
  readonly unread: number
  readonly lastSeq: number
  readonly label: string
  readonly fold?: Fold | undefined
  readonly pending: PendingHandlers
  /** Null where nothing can be changed. */
  readonly changes: ChangeHandlers | null
}

/** One chat's messages: as much of the log as a reader comes near to stands plain in the page. */
export const Thread = memo(function Thread(props: ThreadProps) {
  const { ref, follower, timeline, viewer, unread, lastSeq, label, fold, pending, changes } = props
  const [atEnd, setAtEnd] = useState(true)
  const part = useShownRange(follower, timeline, atEnd)
  const { unreadFrom, newSinceAway, seenSeq } = useMarks({ follower, timeline, viewer, unread, lastSeq, atEnd })
  const items = useItems(
    timeline,
    useMemo(() => ({ ...viewer, unreadFrom }), [viewer, unreadFrom]),
    { range: part.range, fold },
  )
  const scroll = useThreadScroll({ timeline, items, toEnd: part.range.to === null, onNear: part.near }, setAtEnd)
  const { toEnd, toStart } = useJumps(part, scroll)
  useImperativeHandle(ref, () => ({ seenSeq, showNewest: toEnd }), [seenSeq, toEnd])
  return (
    <div className="relative min-h-0 flex-1 print:block">
      <section
        ref={scroll.ref}
        onScroll={scroll.onScroll}
        {...useKeptFocus(scroll.ref, items)}
        onKeyDown={(event) => jumpByKey(event, { toStart, toEnd })}
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="relative h-full overflow-y-auto overscroll-contain print:h-auto print:overflow-visible [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        <div className="mx-auto flex min-h-full w-full max-w-[51rem] flex-col justify-end px-6 pt-3 pb-1 max-md:px-4 print:block">
          {timeline.status === 'loading' && items.length === 0 ? <ThreadSkeleton /> : null}
          {part.hasOlder && (
            <OlderButton loading={timeline.loadingOlder} isLive={timeline.status === 'live'} onPress={part.showOlder} />
          )}
          {/* A plain block, with margins at no two neighbours: a flex box would lay out every row at every change. */}
          <div>
            {items.map((item) => (
              <Item key={item.key} item={item} ourRole={viewer.role} pending={pending} changes={changes} />
            ))}
          </div>
        </div>
      </section>
      <FloatingDay boxRef={scroll.ref} />
      {!atEnd && <JumpButton count={newSinceAway} onJump={toEnd} />}
    </div>
  )
})

type Shape = { readonly range: ShownRange; readonly fold: Fold | undefined }

/** What has not changed stays the same object. */
function useItems(timeline: Timeline, viewer: Viewer, { range, fold }: Shape): readonly TimelineItem[] {
  const { entries, changes, pending, delivered, read } = timeline
  const shown = useRef<readonly TimelineItem[]>([])
  const { zone } = useToday()
  // The days are those of the zone.
  return useMemo(() => {
    const items = timelineItems({ entries, changes, pending, delivered, read }, viewer, range)
    shown.current = sameItems(shown.current, fold?.(items) ?? items)
    return shown.current
  }, [entries, changes, pending, delivered, read, viewer, range, fold, zone])
}

function useJumps({ showNewest, showOldest }: ShownPart, { holdEnd, holdStart }: ThreadScroll) {
  const toEnd = useCallback(() => {
    showNewest()
    holdEnd()
  }, [showNewest, holdEnd])
  const toStart = useCallback(() => {
    showOldest()
    holdStart()
  }, [showOldest, holdStart])
  return { toEnd, toStart }
}

/** The browser's own keys know only what stands in the document. */
function jumpByKey(event: KeyboardEvent, { toStart, toEnd }: ReturnType<typeof useJumps>): void {
  if (event.target !== event.currentTarget || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
  if (event.key !== 'Home' && event.key !== 'End') return
  event.preventDefault()
  if (event.key === 'Home') toStart()
  else toEnd()
}

type OlderButtonProps = { readonly loading: boolean; readonly isLive: boolean; readonly onPress: () => void }

function OlderButton({ loading, isLive, onPress }: OlderButtonProps) {
  const [pressed, setPressed] = useState(false)
  if (pressed && isLive) setPressed(false)
  return (
    <div className="my-2 text-center">
      <button
        type="button"
        onClick={() => {
          setPressed(!isLive)
          onPress()
        }}
        className="control rounded-control px-3 text-small font-medium text-accent-text hover:bg-hover"
      >
        {loading ? <Trans>Loading…</Trans> : <Trans>Show earlier messages</Trans>}
      </button>
      <p role="status" className="text-small text-ink-2 empty:hidden">
        {pressed && !isLive && <Trans>You’re offline. Earlier messages can be loaded when you’re back online.</Trans>}
      </p>
    </div>
  )
}

type ItemProps = { readonly item: TimelineItem; readonly ourRole: Role } & Pick<ThreadProps, 'pending' | 'changes'>

const Item = memo(function Item({ item, ourRole, pending, changes }: ItemProps) {
  switch (item.type) {
    case 'day':
      return <DaySeparator at={item.at} />
    case 'unread':
      return (
        <p className="flex items-center gap-3 py-3 text-meta font-medium text-accent-text before:flex-1 before:border-t before:border-current after:flex-1 after:border-t after:border-current">
          <Trans>New messages</Trans>
        </p>
      )
    case 'activity':
      return (
        <>
          {item.above}
          <ActivityLine entry={item.entry} />
        </>
      )
    case 'message':
      return (
        <MessageBubble
          item={item}
          ourSide={item.author.role === ourRole}
          handlers={pending}
          changes={item.own ? changes : null}
        />
      )
  }
})

function JumpButton({ count, onJump }: { count: number; onJump: () => void }) {
  const { t } = useLingui()
  return (
    <button
      type="button"
      onClick={onJump}
      aria-label={count === 0 ? t`Jump to latest message` : undefined}
      className="absolute end-4 bottom-3 inline-flex min-h-9 min-w-9 animate-fade pointer-coarse:min-h-11 pointer-coarse:min-w-11 print:hidden items-center justify-center gap-1.5 rounded-full border border-line bg-raised px-2.5 text-small font-medium text-ink shadow-menu hover:bg-hover"
    >
      {count > 0 && <Plural value={count} one="# new message" other="# new messages" />}
      <Icon name="down" />
    </button>
  )
}
