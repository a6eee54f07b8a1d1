import type { RefObject } from 'react'
import { useSession } from '../../lib/session.ts'
import { Composer } from './composer.tsx'
import { KeptBubbles } from './kept-bubbles.tsx'
import type { Opening } from './opening.ts'
import { useDraft } from './use-draft.ts'
import { useFreeFocus } from './use-free-focus.ts'

type OpeningComposerProps = {
  /** The first message of a chat that is being made. */
  readonly opening: Opening | null
  readonly onSend: (text: string) => void
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
}

/** The composer of a chat that does not exist yet: its first message makes it. */
export function OpeningComposer({ opening, onSend, inputRef }: OpeningComposerProps) {
  const { user } = useSession()
  const draft = useDraft({ userId: user.id, chatId: 'new' })
  useFreeFocus(inputRef)
  const send = (text: string) => {
    if (opening !== null) return
    onSend(text)
    draft.change('')
  }
  return (
    <>
      {opening !== null && (
        <div className="mx-auto w-full max-w-[51rem] px-6 pb-4 max-md:px-4">
          <KeptBubbles texts={[opening]} state="sending" />
        </div>
      )}
      <Composer text={draft.text} onText={draft.change} onSubmit={send} inputRef={inputRef} />
    </>
  )
}
