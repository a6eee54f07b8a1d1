import { useRef, useState } from 'react'
import { useSession } from '../../lib/session.ts'
import { Composer } from './composer.tsx'
import { DraftNotKept } from './draft-not-kept.tsx'
import { KeptBubbles } from './kept-bubbles.tsx'
import { addUnplaced, readUnplaced } from './unplaced-texts.ts'
import { useDraft } from './use-draft.ts'
import { useFreeFocus } from './use-free-focus.ts'

/**
 * The composer of a page that does not know its chats yet, because the server has not answered: it takes what is
 * written and keeps it. `usePlacedTexts` sends it when the chats are known.
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
    // It stays in the composer, to be sent from there when the chats are known.
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
