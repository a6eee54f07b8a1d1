import type { Chat } from '@deskbell/contract/chats'
import type { ChatFollower, Timeline } from '@deskbell/sdk'
import { useLingui } from '@lingui/react'
import { type ReactNode, type RefObject, useCallback, useMemo, useRef } from 'react'
import { errorWords } from '../../components/error-words.ts'
import { lazyPart } from '../../components/lazy-part.tsx'
import { Notice } from '../../components/notice.tsx'
import { useBehind } from '../../lib/catching-up.ts'
import { withCatalogs } from '../../lib/i18n.ts'
import { useSession } from '../../lib/session.ts'
import { useStore } from '../../lib/use-store.ts'
import { composedText } from './composed-text.ts'
import { DraftNotKept } from './draft-not-kept.tsx'
import { joinTexts } from './join-texts.ts'
import type { RefusedMessage } from './pending-actions.tsx'
import { useRememberedPage } from './remembered-page.ts'
import { type Fold, Thread, type ThreadView } from './thread.tsx'
import { ThreadSkeleton } from './thread-skeleton.tsx'
import type { TypingLineProps } from './tools/typing-line.tsx'
import { typingNames } from './typing-names.ts'
import { useChanging } from './use-changing.tsx'
import { type Draft, useDraft } from './use-draft.ts'
import { useFollower } from './use-follower.ts'
import { useFreeFocus } from './use-free-focus.ts'
import { useIncoming } from './use-incoming.ts'
import { usePendingHandlers } from './use-pending-handlers.ts'
import { usePrinting } from './use-printing.ts'
import { useServerTime } from './use-server-time.ts'
import { useTroubles } from './use-troubles.ts'
import { WritingPlace } from './writing-place.tsx'

const TypingLine = lazyPart<TypingLineProps>(
  async () => (await withCatalogs(['parts'], () => import('./tools/typing-line.tsx'))).TypingLine,
)

type ConversationProps = {
  readonly chat: Pick<Chat, 'id' | 'status' | 'client' | 'operator' | 'unread' | 'lastSeq'>
  /** The name of the region that scrolls. */
  readonly label: string
  readonly fold?: Fold
  /** Above the thread. */
  readonly header?: (timeline: Timeline) => ReactNode
  readonly threadRef?: RefObject<ThreadView | null>
  /** Above the composer: whose chat it is. */
  readonly notice?: ReactNode
  /** In place of the composer once the chat is closed; gets the text that was not sent. */
  readonly closed: (draft: string) => ReactNode
  /** The composer stays when the chat is closed, and this takes what is written there. */
  readonly writingOn?: WritingOn | undefined
  /** What can be done with a message that was refused because the chat is closed, in place of trying again. */
  readonly refused?: ((message: RefusedMessage) => ReactNode) | undefined
  readonly composerRef: RefObject<HTMLTextAreaElement | null>
  readonly onEscape?: () => void
  /** The composer takes the focus when nothing else on the page has it. */
  readonly takesFocus?: boolean
}

export type WritingOn = {
  /** What will become of it. */
  readonly hint: ReactNode
  readonly onSend: (written: Written) => void
}

/** A text that was to be sent in a closed chat. It stays in the composer until one of these is called. */
export type Written = {
  readonly text: string
  /** Sends it here after all, unless it was changed since. */
  readonly send: () => void
  /** It has gone elsewhere. */
  readonly forget: () => void
}

/** The thread of one chat, and the place to write. Give it the chat's id as key. */
export function Conversation(props: ConversationProps) {
  const follower = useFollower(props.chat.id)
  if (follower === null) return <ThreadSkeleton />
  return <Followed {...props} follower={follower} />
}

function Followed(props: ConversationProps & { follower: ChatFollower }) {
  const { follower, chat, label, fold, header, threadRef, notice, closed, writingOn, composerRef, onEscape } = props
  const { i18n } = useLingui()
  const session = useSession()
  const { user } = session
  const timeline = useStore(follower)
  useRememberedPage(session, chat.id, follower)
  const place = useMemo(() => ({ userId: user.id, chatId: chat.id }), [user.id, chat.id])
  const draft = useDraft(place)
  const focusComposer = useCallback(() => composerRef.current?.focus(), [composerRef])
  const putBack = usePutBack(draft, focusComposer)
  const isClosed = (timeline.chatStatus === 'unknown' ? chat.status : timeline.chatStatus) === 'closed'
  const changing = useChanging({ follower, timeline, place, isClosed, focusComposer, putBack })
  const pending = usePendingHandlers({ follower, putBack, refused: props.refused })
  useIncoming(timeline, user.id)
  useServerTime(timeline)
  const Paper = usePrinting()
  useTroubles(timeline)
  useBehind(timeline.status === 'catching-up')
  useFreeFocus(composerRef, props.takesFocus ?? false)
  const ownRef = useRef<ThreadView>(null)
  const thread = threadRef ?? ownRef
  const onSend = useSending({ follower, draft, thread, writingOn: isClosed ? writingOn : undefined })
  return (
    <>
      {header?.(timeline)}
      {timeline.error !== null && <Notice look="danger">{i18n._(errorWords(timeline.error))}</Notice>}
      <Thread
        ref={thread}
        follower={follower}
        timeline={timeline}
        viewer={user}
        unread={chat.unread}
        lastSeq={chat.lastSeq}
        label={label}
        fold={fold}
        pending={pending}
        changes={changing.changes}
      />
      {/* Its row is always there, so nothing moves when it comes and goes. */}
      <div className="mx-auto h-5 w-full max-w-[51rem] px-7 max-md:px-5 print:hidden">
        <TypingLine names={typingNames({ timeline, chat, ownId: user.id })} />
      </div>
      {notice}
      {isClosed && writingOn?.hint}
      {!draft.isKept && <DraftNotKept />}
      {isClosed && writingOn === undefined ? (
        closed(draft.text)
      ) : (
        <WritingPlace
          follower={follower}
          draft={draft}
          onSend={onSend}
          changing={changing.inComposer}
          onEscape={onEscape}
          inputRef={composerRef}
        />
      )}
      {changing.dialog}
      {Paper !== null && <Paper timeline={timeline} viewer={user} title={label} />}
    </>
  )
}

type SendingInput = {
  readonly follower: ChatFollower
  readonly draft: Draft
  readonly thread: RefObject<ThreadView | null>
  /** Set while the chat is closed. */
  readonly writingOn: WritingOn | undefined
}

function useSending({ follower, draft, thread, writingOn }: SendingInput): (text: string) => void {
  const present = useRef(draft.text)
  present.current = draft.text
  const { change, sent } = draft
  const now = useCallback(
    (text: string) => {
      // In this order: once it is sent the outbox keeps it.
      follower.send(text)
      sent(text)
      // Whoever answers from far up in the history sees the answer in its place.
      thread.current?.showNewest()
    },
    [follower, sent, thread],
  )
  return useMemo(() => {
    if (writingOn === undefined) return now
    const unlessChanged = (text: string, then: () => void) => () => composedText(present.current) === text && then()
    return (text) =>
      writingOn.onSend({
        text,
        send: unlessChanged(text, () => now(text)),
        forget: unlessChanged(text, () => change('')),
      })
  }, [writingOn, now, change])
}

/** Puts a text back into the composer, below what is being written there. */
function usePutBack({ text: draft, change }: Draft, focusComposer: () => void): (text: string) => void {
  const latest = useRef(draft)
  latest.current = draft
  return useCallback(
    (text: string) => {
      change(joinTexts([latest.current, text]))
      focusComposer()
    },
    [change, focusComposer],
  )
}
