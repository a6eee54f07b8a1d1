import type { ChatFollower, Timeline } from '@deskbell/sdk'
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react'
import { serverTime } from '../../lib/server-time.ts'
import { useSession } from '../../lib/session.ts'
import type { DraftPlace } from './drafts.ts'
import type { ChangeHandlers } from './message-more.tsx'
import { newestEditable, type OwnMessage } from './own-messages.ts'
import { type Editing, useEditing } from './use-editing.ts'
import { useTools } from './use-tools.ts'

type ChangingInput = {
  readonly follower: ChatFollower
  readonly timeline: Timeline
  readonly place: DraftPlace
  readonly isClosed: boolean
  readonly focusComposer: () => void
  /** Puts a text among what is being written. */
  readonly putBack: (text: string) => void
}

export type Changing = {
  readonly inComposer: ComposerEditing
  /** Null where nothing can be changed. */
  readonly changes: ChangeHandlers | null
  readonly dialog: ReactNode
}

/** The same until something of it changes, whatever arrives meanwhile. */
export type ComposerEditing = {
  readonly editing: Editing
  readonly editNewest: () => void
  readonly retractEdited: () => void
  readonly keepAsDraft: () => void
}

/** What can be done with own messages of the last minutes: one is edited at a time, in the composer. */
export function useChanging(input: ChangingInput): Changing {
  const { follower, timeline, place, isClosed, focusComposer, putBack } = input
  const { user } = useSession()
  const editing = useEditing({ follower, place })
  const [retracting, setRetracting] = useState<OwnMessage | null>(null)
  const newest = isClosed ? null : newestEditable(timeline.entries, user.id, serverTime.now())
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

  const changes = useMemo(
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
    // The button that opened the dialog is gone with the message, and while the dialog is open nothing else takes focus.
    if (done > 0) focusComposer()
  }, [done, focusComposer])
  const editNewest = useCallback(() => {
    const found = isClosed ? null : newestEditable(follower.getSnapshot().entries, user.id, serverTime.now())
    if (found !== null) edits(found)
  }, [isClosed, follower, user.id, edits])
  const inComposer = useMemo(() => {
    const retractEdited = () => edit !== null && setRetracting({ messageId: edit.messageId, text: edit.was, at: '' })
    return { editing, editNewest, retractEdited, keepAsDraft }
  }, [editing, edit, editNewest, keepAsDraft])
  return {
    inComposer,
    changes,
    dialog: tools !== null && retracting !== null && (
      <tools.RetractDialog
        follower={follower}
        message={retracting}
        onClose={() => setRetracting(null)}
        onDone={retracted}
      />
    ),
  }
}
