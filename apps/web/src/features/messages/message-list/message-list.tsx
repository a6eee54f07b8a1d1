import type { ChatFollower, Role, Timeline } from '@deskbell/sdk'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import {
  type FocusEvent,
  type KeyboardEvent,
  memo,
  type Ref,
  type RefObject,
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { Icon } from '../../../components/icon.tsx'
import { lazyPart } from '../../../components/lazy-part.tsx'
import { useToday } from '../../../lib/day-clock.ts'
import { importPart } from '../../../lib/loading/import-part.ts'
import type { FloatingDayProps } from '../lazy/floating-day.tsx'
import type { EditHandlers } from '../message/message-actions.tsx'
import { MessageBubble } from '../message/message-bubble.tsx'
import type { PendingHandlers } from '../message/pending-actions.ts'
import { ActivityLine } from './activity-line.tsx'
import { DaySeparator } from './day-separator.tsx'
import { useMarks } from './read-marks.ts'
import { type ShownPart, type ShownRange, useShownRange } from './shown-range.ts'
import { sameItems, type TimelineItem, timelineItems, type Viewer } from './timeline-items.ts'
import { type MessageListScroll, useMessageListScroll } from './use-message-list-scroll.ts'

const FloatingDay = lazyPart<FloatingDayProps>(
  async () => (await importPart(() => import('../lazy/floating-day.tsx'))).FloatingDay,
)

/** What other components can call on a message list. */
export type MessageListView = {
  /** Returns the seq of the newest entry that was visible. */
  readonly seenSeq: () => number
  readonly showNewest: () => void
}

/** May replace several items by one. */
export type Collapse = (items: readonly TimelineItem[]) => readonly TimelineItem[]

type MessageListProps = {
  readonly ref?: Ref<MessageListView> | undefined
  readonly follower: ChatFollower
  readonly timeline: Timeline
  readonly viewer: Omit<Viewer, 'unreadFrom'>
  /** From the chat's row: how many messages of the other side the viewer has not read, as of this entry. */
  readonly unread: number
  readonly lastSeq: number
  readonly label: string
  readonly collapse?: Collapse | undefined
  readonly pending: PendingHandlers
  /** Null if nothing can be changed. */
  readonly editHandlers: EditHandlers | null
}

/** The messages of one chat. The document contains only as much of the log as the reader comes near to. */
export const MessageList = memo(function MessageList(props: MessageListProps) {
  const { ref, follower, timeline, viewer, unread, lastSeq, label, collapse, pending, editHandlers } = props
  const [atEnd, setAtEnd] = useState(true)
  const part = useShownRange(follower, timeline, atEnd)
  const { unreadFrom, newSinceAway, seenSeq } = useMarks({ follower, timeline, viewer, unread, lastSeq, atEnd })
  const items = useItems(
    timeline,
    useMemo(() => ({ ...viewer, unreadFrom }), [viewer, unreadFrom]),
    { range: part.range, collapse },
  )
  const scroll = useMessageListScroll({ timeline, items, toEnd: part.range.to === null, onNear: part.near }, setAtEnd)
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
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard
        tabIndex={0}
        className="relative h-full overflow-y-auto overscroll-contain print:h-auto print:overflow-visible [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        <div className="mx-auto flex min-h-full w-full max-w-[51rem] flex-col justify-end px-6 pt-3 pb-1 max-md:px-4 print:block">
          {timeline.status === 'loading' && items.length === 0 ? <MessageListSkeleton /> : null}
          {part.hasOlder && (
            <OlderButton loading={timeline.loadingOlder} isLive={timeline.status === 'live'} onPress={part.showOlder} />
          )}
          {/* A plain block, in which no two margins meet: a flex box would lay out every row at every change. */}
          <div>
            {items.map((item) => (
              <Item key={item.key} item={item} ourRole={viewer.role} pending={pending} editHandlers={editHandlers} />
            ))}
          </div>
        </div>
      </section>
      <FloatingDay boxRef={scroll.ref} />
      {!atEnd && <JumpButton count={newSinceAway} onJump={toEnd} />}
    </div>
  )
})

type Shape = { readonly range: ShownRange; readonly collapse: Collapse | undefined }

/** Items that have not changed stay the same objects. */
function useItems(timeline: Timeline, viewer: Viewer, { range, collapse }: Shape): readonly TimelineItem[] {
  const { entries, edits, pending, delivered, read } = timeline
  const shown = useRef<readonly TimelineItem[]>([])
  const { zone } = useToday()
  // The zone decides where days begin.
  return useMemo(() => {
    const items = timelineItems({ entries, edits, pending, delivered, read }, viewer, range)
    shown.current = sameItems(shown.current, collapse?.(items) ?? items)
    return shown.current
  }, [entries, edits, pending, delivered, read, viewer, range, collapse, zone])
}

function useJumps({ showNewest, showOldest }: ShownPart, { holdEnd, holdStart }: MessageListScroll) {
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

/** The browser's own keys reach only what is in the document. */
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

type ItemProps = { readonly item: TimelineItem; readonly ourRole: Role } & Pick<
  MessageListProps,
  'pending' | 'editHandlers'
>

const Item = memo(function Item({ item, ourRole, pending, editHandlers }: ItemProps) {
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
          editHandlers={item.own ? editHandlers : null}
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

const widths = ['w-2/5 self-start', 'w-3/5 self-start', 'w-1/2 self-end', 'w-1/3 self-start', 'w-2/5 self-end']

/** Placeholders for messages that are loading. Not shown for the first moment. */
export function MessageListSkeleton() {
  return (
    <div className="flex animate-late flex-col gap-3 py-4">
      <p className="sr-only">
        <Trans>Loading messages…</Trans>
      </p>
      {widths.map((width) => (
        <span key={width} className={`h-10 rounded-bubble bg-selected ${width}`} />
      ))}
    </div>
  )
}

/** If a row is removed that has the focus, the message list gets it: the keyboard continues from there. */
export function useKeptFocus(box: RefObject<HTMLElement | null>, items: unknown) {
  const focused = useRef<Element | null>(null)
  useLayoutEffect(() => {
    if (focused.current === null || focused.current.isConnected) return
    focused.current = null
    if (document.activeElement === document.body) box.current?.focus({ preventScroll: true })
  }, [box, items])
  return {
    onFocus: (event: FocusEvent) => {
      focused.current = event.target
    },
    onBlur: () => {
      focused.current = null
    },
  }
}
