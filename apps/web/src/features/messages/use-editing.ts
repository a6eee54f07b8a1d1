import type { ChatFollower } from '@deskbell/sdk'
import { useCallback, useMemo, useRef, useState } from 'react'
import { OfflineError } from '../../lib/offline-error.ts'
import { useSession } from '../../lib/session.ts'
import type { DraftPlace } from './drafts.ts'
import { type Edit, readEdit, writeEdit } from './edit-drafts.ts'
import type { OwnMessage } from './own-messages.ts'

export type Editing = {
  readonly edit: Edit | null
  readonly attempt: EditAttempt
  readonly begin: (message: OwnMessage) => void
  readonly change: (text: string) => void
  readonly save: (text: string) => void
  readonly end: () => void
}

export type EditAttempt = { readonly kind: 'none' | 'saving' } | { readonly kind: 'failed'; readonly error: unknown }

type EditingInput = { readonly follower: ChatFollower; readonly place: DraftPlace }

const notTried: EditAttempt = { kind: 'none' }

/** The change of a stored message: it stays in the composer until the server has taken it, across reloads too. */
export function useEditing({ follower, place }: EditingInput): Editing {
  const { sdk } = useSession()
  const [edit, setEdit] = useState(() => readEdit(place))
  const [attempt, setAttempt] = useState(notTried)
  const present = useRef(edit)
  const put = useCallback(
    (next: Edit | null) => {
      present.current = next
      writeEdit(place, next)
      setEdit(next)
    },
    [place],
  )
  const start = useCallback(
    (next: Edit | null) => {
      put(next)
      setAttempt(notTried)
    },
    [put],
  )
  const save = useCallback(
    (text: string) => {
      if (edit === null || attempt.kind === 'saving') return
      if (text === edit.was) {
        start(null)
        return
      }
      if (sdk.connection.getSnapshot().kind !== 'online') {
        setAttempt({ kind: 'failed', error: new OfflineError() })
        return
      }
      setAttempt({ kind: 'saving' })
      const unlessLeft = (then: () => void) => () => {
        if (present.current?.messageId === edit.messageId) then()
      }
      const fail = (error: unknown) => unlessLeft(() => setAttempt({ kind: 'failed', error }))()
      follower.edit(edit.messageId, text).then(
        unlessLeft(() => start(null)),
        fail,
      )
    },
    [edit, attempt, sdk, follower, start],
  )
  const begin = useCallback(({ messageId, text }: OwnMessage) => start({ messageId, was: text, text }), [start])
  const end = useCallback(() => start(null), [start])
  const change = useCallback(
    (text: string) => {
      if (edit !== null) put({ ...edit, text })
    },
    [edit, put],
  )
  return useMemo(() => ({ edit, attempt, begin, change, save, end }), [edit, attempt, begin, change, save, end])
}
