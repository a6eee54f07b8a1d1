import type { Chat, ChatFollower, Timeline } from '@deskbell/sdk'
import { useChat, useStore } from '@deskbell/sdk/react'
import { useLingui } from '@lingui/react'
import { type ReactNode, type RefObject, useCallback, useMemo, useRef } from 'react'
import { errorMessage } from '../../components/error-message.ts'
import { lazyPart } from '../../components/lazy-part.tsx'
import { Notice } from '../../components/notice.tsx'
import { useBehind } from '../../lib/catching-up.ts'
import { withCatalogs } from '../../lib/i18n.ts'
import { useServerTime } from '../../lib/server-time.ts'
import { useSession } from '../../lib/session.ts'
import { type AttachedFiles, filesToSend, useAttachedFiles } from './composer/attached-files.ts'
import { ChatComposer, useChanging } from './composer/chat-composer.tsx'
import { DraftNotKept, useFreeFocus } from './composer/composer.tsx'
import { composedText, joinTexts } from './composer/composer-input.ts'
import { type Draft, useDraft } from './composer/drafts.ts'
import type { AnnouncementsProps } from './lazy/announcements.ts'
import type { TypingLineProps } from './lazy/typing-line.tsx'
import { ChatContext } from './message/message-bubble.tsx'
import type { RefusedMessage } from './message/pending-actions.ts'
import { usePendingHandlers } from './message/pending-actions.ts'
import { type Collapse, MessageList, MessageListSkeleton, type MessageListView } from './message-list/message-list.tsx'
import { rememberedPage, useRememberedPage } from './remembered-page.ts'
import { usePrinting } from './use-printing.ts'

const TypingLine = lazyPart<TypingLineProps>(
  async () => (await withCatalogs(['parts'], () => import('./lazy/typing-line.tsx'))).TypingLine,
)

const Announcements = lazyPart<AnnouncementsProps>(
  async () => (await withCatalogs(['parts'], () => import('./lazy/announcements.ts'))).Announcements,
)

type ChatViewProps = {
  readonly chat: Pick<Chat, 'id' | 'status' | 'client' | 'operator' | 'unread' | 'lastSeq'>
  /** The accessible name of the scrollable region. */
  readonly label: string
  readonly collapse?: Collapse
  /** Rendered above the message list. */
  readonly header?: (timeline: Timeline) => ReactNode
  readonly listRef?: RefObject<MessageListView | null>
  /** Rendered above the composer: who handles the chat. */
  readonly notice?: ReactNode
  /** Replaces the composer when the chat is closed; receives the draft. */
  readonly closed: (draft: string) => ReactNode
  /** Keeps the composer when the chat is closed, and receives what is sent there. */
  readonly writingOn?: WritingOn | undefined
  /** Replaces the retry button of a message that was refused because the chat is closed. */
  readonly refused?: ((message: RefusedMessage) => ReactNode) | undefined
  readonly composerRef: RefObject<HTMLTextAreaElement | null>
  readonly onEscape?: () => void
  /** The composer takes the focus if nothing else on the page has it. */
  readonly takesFocus?: boolean
}

export type WritingOn = {
  /** Says what will happen to the text. */
  readonly hint: ReactNode
  readonly onSend: (written: Written) => void
}

/** A text that was sent in a closed chat. It stays in the composer until one of these is called. */
export type Written = {
  readonly text: string
  readonly files: readonly File[]
  /** Sends it in this chat, unless it was changed since. */
  readonly send: () => void
  /** Removes it: it was sent elsewhere. */
  readonly forget: () => void
}

/** The message list of one chat, and the composer. Use the chat's id as key. */
export function ChatView(props: ChatViewProps) {
  const session = useSession()
  const chatId = props.chat.id
  const follower = useChat(chatId, { remembered: () => rememberedPage(session, chatId) })
  if (follower === null) return <MessageListSkeleton />
  return <Followed {...props} follower={follower} />
}

function Followed(props: ChatViewProps & { follower: ChatFollower }) {
  const { follower, chat, label, collapse, header, listRef, notice, closed, writingOn, composerRef, onEscape } = props
  const { i18n } = useLingui()
  const session = useSession()
  const { user } = session
  const timeline = useStore(follower)
  useRememberedPage(session, chat.id, follower)
  const place = useMemo(() => ({ userId: user.id, chatId: chat.id }), [user.id, chat.id])
  const draft = useDraft(place)
  const focusComposer = useCallback(() => composerRef.current?.focus(), [composerRef])
  const attached = useAttachedFiles(place)
  const putBack = usePutBack(draft, focusComposer)
  const latestAttached = useRef(attached)
  latestAttached.current = attached
  const putFilesBack = useCallback((files: readonly File[]) => {
    const { current } = latestAttached
    current.set([...current.files, ...files])
  }, [])
  const isClosed = (timeline.chatStatus === 'unknown' ? chat.status : timeline.chatStatus) === 'closed'
  const changing = useChanging({ follower, timeline, place, isClosed, focusComposer, putBack })
  const pending = usePendingHandlers({ follower, putBack, putFilesBack, refused: props.refused })
  useServerTime(timeline)
  const Paper = usePrinting()
  useBehind(timeline.status === 'catching-up')
  useFreeFocus(composerRef, props.takesFocus ?? false)
  const ownRef = useRef<MessageListView>(null)
  const list = listRef ?? ownRef
  const onSend = useSending({ follower, draft, attached, list, writingOn: isClosed ? writingOn : undefined })
  return (
    <>
      {header?.(timeline)}
      {timeline.error !== null && <Notice look="danger">{i18n._(errorMessage(timeline.error))}</Notice>}
      <ChatContext value={chat}>
        <MessageList
          ref={list}
          follower={follower}
          timeline={timeline}
          viewer={user}
          unread={chat.unread}
          lastSeq={chat.lastSeq}
          label={label}
          collapse={collapse}
          pending={pending}
          editHandlers={changing.editHandlers}
        />
      </ChatContext>
      {/* The row is always there, so nothing moves when it appears and disappears. */}
      <div className="mx-auto h-5 w-full max-w-[51rem] px-7 max-md:px-5 print:hidden">
        <TypingLine timeline={timeline} chat={chat} ownId={user.id} />
      </div>
      {notice}
      {isClosed && writingOn?.hint}
      {!draft.isKept && <DraftNotKept />}
      {isClosed && writingOn === undefined ? (
        closed(draft.text)
      ) : (
        <ChatComposer
          follower={follower}
          draft={draft}
          attached={attached}
          onSend={onSend}
          changing={changing.inComposer}
          onEscape={onEscape}
          inputRef={composerRef}
        />
      )}
      {changing.dialog}
      <Announcements timeline={timeline} ownId={user.id} />
      {Paper !== null && <Paper timeline={timeline} viewer={user} title={label} />}
    </>
  )
}

type SendingInput = {
  readonly follower: ChatFollower
  readonly draft: Draft
  readonly attached: AttachedFiles
  readonly list: RefObject<MessageListView | null>
  /** Set while the chat is closed. */
  readonly writingOn: WritingOn | undefined
}

function useSending({ follower, draft, attached, list, writingOn }: SendingInput): (text: string) => void {
  const present = useRef({ text: draft.text, attached })
  present.current = { text: draft.text, attached }
  const { change, sent } = draft
  const now = useCallback(
    (text: string) => {
      // In this order: once the text is sent, the outbox keeps it.
      const { files, set } = present.current.attached
      follower.send(text, { files: filesToSend(files) })
      sent(text)
      set([])
      // A user who replies from far up in the history sees the reply in its place.
      list.current?.showNewest()
    },
    [follower, sent, list],
  )
  return useMemo(() => {
    if (writingOn === undefined) return now
    const unlessChanged = (text: string, then: () => void) => () =>
      composedText(present.current.text) === text && then()
    return (text) =>
      writingOn.onSend({
        text,
        files: present.current.attached.files,
        send: unlessChanged(text, () => now(text)),
        forget: unlessChanged(text, () => {
          change('')
          present.current.attached.set([])
        }),
      })
  }, [writingOn, now, change])
}

/** Returns a function that puts a text back into the composer, below the draft. */
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
