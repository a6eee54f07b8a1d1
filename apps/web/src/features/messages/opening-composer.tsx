import type { RefObject } from 'react'
import { useSession } from '../../lib/session.ts'
import { Composer } from './composer.tsx'
import { DraftNotKept } from './draft-not-kept.tsx'
import { KeptBubbles } from './kept-bubbles.tsx'
import type { Opening } from './opening.ts'
import { useDraft } from './use-draft.ts'
import { useFreeFocus } from './use-free-focus.ts'

type OpeningComposerProps = {
  /** The first messages of a chat that is being made. */
  readonly openings: readonly Opening[]
  /** The device keeps them. */
  readonly isKept: boolean
  readonly onSend: (text: string) => void
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
}

/** The composer of a chat that does not exist yet: its first message makes it. */
export function OpeningComposer({ openings, isKept, onSend, inputRef }: OpeningComposerProps) {
  const { user } = useSession()
  const draft = useDraft({ userId: user.id, chatId: 'new' })
  useFreeFocus(inputRef)
  const send = (text: string) => {
    onSend(text)
    draft.sent(text)
  }
  return (
    <>
      {openings.length > 0 && (
        <div className="mx-auto w-full max-w-[51rem] px-6 pb-4 max-md:px-4">
          <KeptBubbles texts={openings} state="sending" />
        </div>
      )}
      {!(draft.isKept && isKept) && <DraftNotKept />}
      <Composer text={draft.text} onText={draft.change} onSubmit={send} onUndo={draft.undo} inputRef={inputRef} />
    </>
  )
}
