import { type RefObject, useRef, useState } from 'react'
import { useSession } from '../../../lib/session.ts'
import { chosenFiles, useAttachedFiles } from '../composer/attached-files.ts'
import { Composer, DraftNotKept, useFreeFocus } from '../composer/composer.tsx'
import { useDraft } from '../composer/drafts.ts'
import { MessageBubble } from '../message/message-bubble.tsx'
import { wholeLog } from '../message-list/shown-range.ts'
import { timelineItems } from '../message-list/timeline-items.ts'
import type { NewChatDraft } from './new-chat-draft.ts'
import { addUnplaced, type KeptText, readUnplaced } from './unplaced-texts.ts'

type NewChatComposerProps = {
  /** The first messages of a chat that is being created. */
  readonly openings: readonly NewChatDraft[]
  /** The device has stored them. */
  readonly isKept: boolean
  readonly onSend: (text: string, files: readonly File[]) => void
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
}

/** The composer of a chat that does not exist yet: its first message creates it. */
export function NewChatComposer({ openings, isKept, onSend, inputRef }: NewChatComposerProps) {
  const { user } = useSession()
  const draft = useDraft({ userId: user.id, chatId: 'new' })
  const attached = useAttachedFiles({ userId: user.id, chatId: 'new' })
  useFreeFocus(inputRef)
  const send = (text: string) => {
    onSend(text, attached.files)
    draft.sent(text)
    attached.set([])
  }
  return (
    <>
      {openings.length > 0 && (
        <div className="mx-auto w-full max-w-[51rem] px-6 pb-4 max-md:px-4">
          <KeptBubbles texts={openings} state="sending" />
        </div>
      )}
      {!(draft.isKept && isKept) && <DraftNotKept />}
      <Composer
        text={draft.text}
        attached={attached}
        onText={draft.change}
        onSubmit={send}
        onUndo={draft.undo}
        inputRef={inputRef}
      />
    </>
  )
}

/**
 * The composer of a page that does not know its chats yet, because the server has not answered. It stores what is sent,
 * and `usePlacedTexts` sends it when the chats are known.
 */
export function WaitingComposer() {
  const { user } = useSession()
  const [texts, setTexts] = useState(() => readUnplaced(user.id))
  const [isFull, setFull] = useState(false)
  const draft = useDraft({ userId: user.id, chatId: 'waiting' })
  const inputRef = useRef<HTMLTextAreaElement>(null)
  useFreeFocus(inputRef)
  const send = (text: string) => {
    const all = addUnplaced(user.id, text)
    setFull(all === null)
    // The text stays in the composer, and is sent from there when the chats are known.
    if (all === null) return
    setTexts(all)
    draft.sent(text)
  }
  return (
    <>
      <div className="mx-auto flex min-h-0 w-full max-w-[51rem] flex-1 flex-col justify-end overflow-y-auto px-6 pb-4 max-md:px-4">
        <KeptBubbles texts={texts} state="queued" />
      </div>
      {(isFull || !draft.isKept) && <DraftNotKept />}
      <Composer text={draft.text} onText={draft.change} onSubmit={send} onUndo={draft.undo} inputRef={inputRef} />
    </>
  )
}

const none = { client: 0, operator: 0 }
const nothing = () => undefined
const noHandlers = { onRetry: nothing, onRelease: nothing, onEdit: nothing, onDiscard: nothing }

/** Messages that have no chat yet, as they will look there. */
export function KeptBubbles({ texts, state }: { texts: readonly KeptText[]; state: 'queued' | 'sending' }) {
  const { user } = useSession()
  const pending = texts.map(({ clientMsgId, text, createdAt }) => {
    const chosen = chosenFiles(clientMsgId)
    const files = chosen.map((blob) => ({ blob, name: blob.name, mediaType: blob.type, bytes: blob.size, sent: 0 }))
    return { clientMsgId, text, createdAt, ...(chosen.length > 0 && { files }), state, code: null }
  })
  const timeline = { entries: [], edits: [], pending, delivered: none, read: none }
  return timelineItems(timeline, { ...user, unreadFrom: null }, wholeLog).map(
    (item) =>
      item.type === 'message' && (
        <MessageBubble key={item.key} item={item} ourSide handlers={noHandlers} editHandlers={null} />
      ),
  )
}
