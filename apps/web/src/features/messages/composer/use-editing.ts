import { type ChatFollower, editWindowMs, type Message, type MessageId, type Timeline } from '@deskbell/sdk'
import { useCallback, useMemo, useRef, useState } from 'react'
import { readStored, writeStored } from '../../../lib/device/storage.ts'
import { OfflineError } from '../../../lib/offline-error.ts'
import { useSession } from '../../../lib/session.ts'
import type { MessageItem } from '../message-list/timeline-items.ts'
import type { DraftPlace } from './draft-place.ts'

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

/**
 * Returns the edit of a stored message. It stays in the composer until the server has accepted it, across reloads too.
 */
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

/** A stored message whose text is being edited. */
export type Edit = {
  readonly messageId: MessageId
  /** The text of the message when the edit began. */
  readonly was: string
  readonly text: string
}

export function readEdit(place: DraftPlace): Edit | null {
  try {
    const value: unknown = JSON.parse(readStored(editKey(place)) ?? 'null')
    return isEdit(value) ? value : null
  } catch {
    return null
  }
}

/** Stores the edit at every keystroke, like a draft. Null: the edit is done or cancelled. */
export function writeEdit(place: DraftPlace, edit: Edit | null): void {
  writeStored(editKey(place), edit === null ? null : JSON.stringify(edit))
}

function isEdit(value: unknown): value is Edit {
  if (typeof value !== 'object' || value === null) return false
  if (!Number.isSafeInteger(Reflect.get(value, 'messageId'))) return false
  return ['was', 'text'].every((field) => typeof Reflect.get(value, field) === 'string')
}

function editKey({ userId, chatId }: DraftPlace): string {
  return `deskbell.edit.${userId}.${chatId}`
}

/** A stored message of the user that was not retracted. */
export type OwnMessage = { readonly messageId: MessageId; readonly text: string; readonly at: string }

/** Returns a time of the server, in milliseconds. The page only estimates that time: the server decides. */
export function editableUntil({ at }: OwnMessage): number {
  return Date.parse(at) + editWindowMs
}

export function ownMessage({ own, retracted, messageId, text, at }: MessageItem): OwnMessage | null {
  return own && !retracted && messageId !== null ? { messageId, text, at } : null
}

/**
 * Returns the newest own message if it can be edited now, else null: while it is pending, an older one must not be
 * taken for it.
 */
export function newestEditable(
  { entries, pending }: Pick<Timeline, 'entries' | 'pending'>,
  ownId: number,
  now: number,
): OwnMessage | null {
  if (pending.length > 0) return null
  // Entries are ordered by time, so the search ends at the first that is too old: most logs are longer.
  const newest = entries.findLast(
    (entry) => Date.parse(entry.at) + editWindowMs <= now || (entry.kind === 'message' && isOwn(entry.message, ownId)),
  )
  if (newest?.kind !== 'message' || !isOwn(newest.message, ownId)) return null
  const { id: messageId, text, createdAt: at } = newest.message
  const message = { messageId, text, at }
  return editableUntil(message) > now ? message : null
}

/** A retracted message has no text and no attachments. */
function isOwn({ userId, type, text }: Pick<Message, 'userId' | 'type' | 'text'>, ownId: number): boolean {
  return userId === ownId && (text !== '' || type !== 'text')
}
