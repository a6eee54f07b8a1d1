import type { Chat } from '@deskbell/contract/chats'
import type { ChatFollower, Timeline } from '@deskbell/sdk'
import { useLingui } from '@lingui/react'
import { type ReactNode, type RefObject, useCallback, useEffect, useMemo, useRef } from 'react'
import { errorWords } from '../../components/error-words.ts'
import { Notice } from '../../components/notice.tsx'
import { useSession } from '../../lib/session.ts'
import { useStore } from '../../lib/use-store.ts'
import { Composer } from './composer.tsx'
import type { FailedHandlers } from './failed-actions.tsx'
import { Thread } from './thread.tsx'
import { ThreadSkeleton } from './thread-skeleton.tsx'
import { dropUnsent, keepUnsent } from './unsent.ts'
import { useDraft } from './use-draft.ts'
import { useFollower } from './use-follower.ts'
import { useIncoming } from './use-incoming.ts'

type ConversationProps = {
  readonly chat: Pick<Chat, 'id' | 'status'>
  /** The name of the region that scrolls. */
  readonly label: string
  /** Above the composer: whose chat it is. */
  readonly notice?: ReactNode
  /** In place of the composer once the chat is closed; gets the text that was not sent. */
  readonly closed: (draft: string) => ReactNode
  readonly composerRef: RefObject<HTMLTextAreaElement | null>
  readonly onEscape?: () => void
  /** Somebody wrote in the composer that stood here before. */
  readonly takesFocus?: boolean
}

/** The thread of one chat, and the place to write. Give it the chat's id as key. */
export function Conversation(props: ConversationProps) {
  const follower = useFollower(props.chat.id)
  if (follower === null) return <ThreadSkeleton />
  return <Followed {...props} follower={follower} />
}

function Followed({
  follower,
  chat,
  label,
  notice,
  closed,
  composerRef,
  onEscape,
  takesFocus = false,
}: ConversationProps & { follower: ChatFollower }) {
  const { i18n } = useLingui()
  const { user } = useSession()
  const timeline = useStore(follower)
  const place = useMemo(() => ({ userId: user.id, chatId: chat.id }), [user.id, chat.id])
  const [draft, setDraft] = useDraft(place)
  useIncoming(timeline, user.id)
  useStoredDropped(place, timeline.entries)
  useEffect(() => {
    const composer = composerRef.current
    if (!takesFocus || composer === null) return
    composer.focus()
    // What came along from the other composer goes on at its end.
    composer.setSelectionRange(composer.value.length, composer.value.length)
  }, [takesFocus, composerRef])
  const send = (text: string) => {
    const { clientMsgId } = follower.send(text)
    keepUnsent(place, { clientMsgId, text })
    setDraft('')
  }
  const onFailed = useFailedHandlers({ follower, place, putBack: useAppend(draft, setDraft, composerRef) })
  const isClosed = timeline.chatStatus === 'unknown' ? chat.status === 'closed' : timeline.chatStatus === 'closed'
  return (
    <>
      {timeline.error !== null && <Notice look="danger">{i18n._(errorWords(timeline.error))}</Notice>}
      <Thread follower={follower} timeline={timeline} viewer={user} label={label} onFailed={onFailed} />
      {notice}
      {isClosed ? (
        closed(draft)
      ) : (
        <Composer draft={draft} onDraft={setDraft} onSend={send} onEscape={onEscape} inputRef={composerRef} />
      )}
    </>
  )
}

type Place = { readonly userId: number; readonly chatId: number }

/** What stands in the log needs no keeping any more. */
function useStoredDropped(place: Place, entries: Timeline['entries']): void {
  useEffect(() => {
    const stored = entries.flatMap((entry) =>
      entry.kind === 'message' && entry.message.clientMsgId !== null ? [entry.message.clientMsgId] : [],
    )
    dropUnsent(place, new Set(stored))
  }, [place, entries])
}

/** Puts a text back into the composer, below what is being written there. */
function useAppend(
  draft: string,
  setDraft: (text: string) => void,
  composerRef: RefObject<HTMLTextAreaElement | null>,
) {
  const latest = useRef(draft)
  latest.current = draft
  return useCallback(
    (text: string) => {
      setDraft(latest.current === '' ? text : `${latest.current}\n${text}`)
      composerRef.current?.focus()
    },
    [setDraft, composerRef],
  )
}

type FailedInput = { readonly follower: ChatFollower; readonly place: Place; readonly putBack: (text: string) => void }

function useFailedHandlers({ follower, place, putBack }: FailedInput): FailedHandlers {
  return useMemo(() => {
    const discard = (clientMsgId: string) => {
      follower.discard(clientMsgId)
      dropUnsent(place, new Set([clientMsgId]))
    }
    return {
      onRetry: (clientMsgId) => follower.retry(clientMsgId),
      onDiscard: discard,
      onEdit: (clientMsgId, text) => {
        discard(clientMsgId)
        putBack(text)
      },
    }
  }, [follower, place, putBack])
}
