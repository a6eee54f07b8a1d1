import type { ChatFollower, Timeline } from '@deskbell/sdk'
import { memo, type ReactNode, type RefObject, useCallback, useEffect, useMemo, useState } from 'react'
import { lazyPart } from '../../../components/lazy-part.tsx'
import { withCatalogs } from '../../../lib/i18n.ts'
import { serverTime } from '../../../lib/server-time.ts'
import { useSession } from '../../../lib/session.ts'
import type { EditingBarProps } from '../lazy/editing-bar.tsx'
import { type EditHandlers, useTools } from '../message/message-actions.tsx'
import type { AttachedFiles } from './attached-files.ts'
import { Composer } from './composer.tsx'
import type { DraftPlace } from './draft-place.ts'
import type { Draft } from './drafts.ts'
import { type Editing, newestEditable, type OwnMessage, useEditing } from './use-editing.ts'

const EditingBar = lazyPart<EditingBarProps>(
  async () => (await withCatalogs(['parts'], () => import('../lazy/editing-bar.tsx'))).EditingBar,
)

type ChatComposerProps = {
  readonly follower: ChatFollower
  readonly draft: Draft
  readonly attached: AttachedFiles
  readonly onSend: (text: string) => void
  readonly changing: ComposerEditing
  readonly onEscape?: (() => void) | undefined
  readonly inputRef: RefObject<HTMLTextAreaElement | null>
}

/**
 * The composer, for a new message or for the new text of a sent one. During an edit the draft waits. What arrives in
 * the chat does not re-render it.
 */
export const ChatComposer = memo(function ChatComposer(props: ChatComposerProps) {
  const { follower, draft, attached, onSend, changing, onEscape, inputRef } = props
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
      attached={attached}
      onText={write}
      onSubmit={onSend}
      onEscape={onEscape}
      onArrowUp={changing.editNewest}
      onUndo={draft.undo}
      inputRef={inputRef}
    />
  )
})

type ChangingInput = {
  readonly follower: ChatFollower
  readonly timeline: Timeline
  readonly place: DraftPlace
  readonly isClosed: boolean
  readonly focusComposer: () => void
  /** Adds a text to the draft. */
  readonly putBack: (text: string) => void
}

export type Changing = {
  readonly inComposer: ComposerEditing
  /** Null if nothing can be changed. */
  readonly editHandlers: EditHandlers | null
  readonly dialog: ReactNode
}

/** Stays the same object until something in it changes, whatever arrives in the chat. */
export type ComposerEditing = {
  readonly editing: Editing
  readonly editNewest: () => void
  readonly retractEdited: () => void
  readonly keepAsDraft: () => void
}

/** Returns what can be done with own messages of the last minutes. One is edited at a time, in the composer. */
export function useChanging(input: ChangingInput): Changing {
  const { follower, timeline, place, isClosed, focusComposer, putBack } = input
  const { user } = useSession()
  const editing = useEditing({ follower, place })
  const [retracting, setRetracting] = useState<OwnMessage | null>(null)
  const newest = isClosed ? null : newestEditable(timeline, user.id, serverTime.now())
  const tools = useTools(newest?.messageId ?? null)
  const { edit, begin, end } = editing

  const edits = useCallback(
    (message: OwnMessage) => {
      begin(message)
      focusComposer()
    },
    [begin, focusComposer],
  )
  const keepAsDraft = useCallback(() => {
    if (edit === null) return
    if (edit.text !== edit.was) putBack(edit.text)
    end()
  }, [edit, end, putBack])
  useEffect(() => {
    if (isClosed) keepAsDraft()
  }, [isClosed, keepAsDraft])

  const editHandlers = useMemo(
    () => (isClosed ? null : { tools, onEdit: edits, onRetract: setRetracting }),
    [tools, isClosed, edits],
  )
  const [done, setDone] = useState(0)
  const retracted = () => {
    if (edit?.messageId === retracting?.messageId) end()
    setRetracting(null)
    setDone(done + 1)
  }
  useEffect(() => {
    // The button that opened the dialog is removed with the message. While the dialog is open nothing else takes focus.
    if (done > 0) focusComposer()
  }, [done, focusComposer])
  const editNewest = useCallback(() => {
    const found = isClosed ? null : newestEditable(follower.getSnapshot(), user.id, serverTime.now())
    if (found !== null) edits(found)
  }, [isClosed, follower, user.id, edits])
  const inComposer = useMemo(() => {
    const retractEdited = () => edit !== null && setRetracting({ messageId: edit.messageId, text: edit.was, at: '' })
    return { editing, editNewest, retractEdited, keepAsDraft }
  }, [editing, edit, editNewest, keepAsDraft])
  return {
    inComposer,
    editHandlers,
    dialog: tools !== null && retracting !== null && (
      <tools.RetractDialog
        follower={follower}
        message={retracting}
        onDismiss={() => setRetracting(null)}
        onDone={retracted}
      />
    ),
  }
}
