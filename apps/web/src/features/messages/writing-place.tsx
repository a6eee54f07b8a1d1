import type { ChatFollower } from '@deskbell/sdk'
import { memo, type RefObject } from 'react'
import { lazyPart } from '../../components/lazy-part.tsx'
import { withCatalogs } from '../../lib/i18n.ts'
import { Composer } from './composer.tsx'
import type { EditingBarProps } from './tools/editing-bar.tsx'
import type { ComposerEditing } from './use-changing.tsx'
import type { Draft } from './use-draft.ts'

const EditingBar = lazyPart<EditingBarProps>(
  async () => (await withCatalogs(['parts'], () => import('./tools/editing-bar.tsx'))).EditingBar,
)

type WritingPlaceProps = {
  readonly follower: ChatFollower
  readonly draft: Draft
  readonly onSend: (text: string) => void
  readonly changing: ComposerEditing
  readonly onEscape?: (() => void) | undefined
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
}

/**
 * The one composer: for a new message, or for the new text of one that was sent. Meanwhile the draft waits.
 * What arrives in the chat does not touch it.
 */
export const WritingPlace = memo(function WritingPlace(props: WritingPlaceProps) {
  const { follower, draft, onSend, changing, onEscape, inputRef } = props
  const { edit, attempt, change, save, end } = changing.editing
  if (edit !== null) {
    return (
      <Composer
        text={edit.text}
        onText={change}
        onSubmit={save}
        onEmpty={changing.retractEdited}
        onEscape={end}
        inputRef={inputRef}
        editing={{
          saving: attempt.kind === 'saving',
          bar: <EditingBar attempt={attempt} onCancel={end} onKeepAsDraft={changing.keepAsDraft} />,
        }}
      />
    )
  }
  const write = (text: string) => {
    draft.change(text)
    if (text.trim() !== '' && follower.getSnapshot().chatStatus !== 'closed') follower.typing()
  }
  return (
    <Composer
      text={draft.text}
      onText={write}
      onSubmit={onSend}
      onEscape={onEscape}
      onArrowUp={changing.editNewest}
      onUndo={draft.undo}
      inputRef={inputRef}
    />
  )
})
