import type { ChatFollower, Timeline } from '@deskbell/sdk'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { type Ref, useCallback, useImperativeHandle, useMemo } from 'react'
import { Icon } from '../../components/icon.tsx'
import { ActivityLine } from './activity-line.tsx'
import { DaySeparator } from './day-separator.tsx'
import { MessageBubble } from './message-bubble.tsx'
import type { ChangeHandlers } from './message-more.tsx'
import type { PendingHandlers } from './pending-actions.tsx'
import { ThreadSkeleton } from './thread-skeleton.tsx'
import type { TimelineItem, Viewer } from './timeline-item.ts'
import { timelineItems } from './timeline-items.ts'
import { useMarks } from './use-marks.ts'
import { useThreadScroll } from './use-thread-scroll.ts'

/** What others may ask of a thread. */
export type ThreadView = {
  /** The newest entry that has stood in view. */
  readonly seenSeq: () => number
  readonly showNewest: () => void
}

type ThreadProps = {
  readonly ref?: Ref<ThreadView> | undefined
  readonly follower: ChatFollower
  readonly timeline: Timeline
  readonly viewer: Omit<Viewer, 'unreadFrom'>
  readonly label: string
  readonly pending: PendingHandlers
  /** Null where nothing can be changed. */
  readonly changes: ChangeHandlers | null
}

/** All loaded messages of one chat, plain in the page: nothing is mounted or dropped while scrolling. */
export function Thread({ ref, follower, timeline, viewer, label, pending, changes }: ThreadProps) {
  const loadOlder = useLoadOlder(follower)
  const scroll = useThreadScroll(timeline, loadOlder.near)
  const { unreadFrom, newSinceAway, seenSeq } = useMarks({ follower, timeline, viewer, atEnd: scroll.atEnd })
  useImperativeHandle(ref, () => ({ seenSeq, showNewest: scroll.jumpToEnd }), [seenSeq, scroll.jumpToEnd])
  const items = useMemo(() => timelineItems(timeline, { ...viewer, unreadFrom }), [timeline, viewer, unreadFrom])
  return (
    <div className="relative min-h-0 flex-1">
      <section
        ref={scroll.ref}
        onScroll={scroll.onScroll}
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="h-full overflow-y-auto overscroll-contain [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        <div className="mx-auto flex min-h-full w-full max-w-[48rem] flex-col justify-end px-4 pt-2 pb-1">
          {timeline.status === 'loading' && items.length === 0 ? <ThreadSkeleton /> : null}
          {timeline.hasMore && (
            <button
              type="button"
              onClick={loadOlder.now}
              className="mx-auto my-2 min-h-8 rounded-control px-3 text-small font-medium text-accent-text hover:bg-hover"
            >
              {timeline.loadingOlder ? <Trans>Loading…</Trans> : <Trans>Show earlier messages</Trans>}
            </button>
          )}
          {items.map((item) => (
            <Item key={item.key} item={item} viewer={viewer} pending={pending} changes={changes} />
          ))}
        </div>
      </section>
      {!scroll.atEnd && <JumpButton count={newSinceAway} onJump={scroll.jumpToEnd} />}
    </div>
  )
}

type ItemProps = { readonly item: TimelineItem } & Pick<ThreadProps, 'viewer' | 'pending' | 'changes'>

function Item({ item, viewer, pending, changes }: ItemProps) {
  switch (item.type) {
    case 'day':
      return <DaySeparator at={item.at} />
    case 'unread':
      return (
        <p className="my-3 flex items-center gap-3 text-meta font-medium text-accent-text before:h-px before:flex-1 before:bg-current after:h-px after:flex-1 after:bg-current">
          <Trans>New messages</Trans>
        </p>
      )
    case 'activity':
      return <ActivityLine entry={item.entry} />
    case 'message':
      return (
        <MessageBubble
          item={item}
          ourSide={item.author.role === viewer.role}
          handlers={pending}
          changes={item.own ? changes : null}
        />
      )
  }
}

function JumpButton({ count, onJump }: { count: number; onJump: () => void }) {
  const { t } = useLingui()
  return (
    <button
      type="button"
      onClick={onJump}
      aria-label={count === 0 ? t`Jump to the latest message` : undefined}
      className="absolute end-4 bottom-3 inline-flex min-h-10 min-w-10 animate-fade items-center justify-center gap-1.5 rounded-full border border-line bg-raised px-2.5 text-small font-medium text-ink shadow-menu hover:bg-hover"
    >
      {count > 0 && <Plural value={count} one="# new message" other="# new messages" />}
      <Icon name="down" />
    </button>
  )
}

function useLoadOlder(follower: ChatFollower) {
  const now = useCallback(() => void follower.loadOlder(), [follower])
  const near = useCallback(() => {
    const { hasMore, loadingOlder, status } = follower.getSnapshot()
    if (hasMore && !loadingOlder && status === 'live') now()
  }, [follower, now])
  return { now, near }
}
