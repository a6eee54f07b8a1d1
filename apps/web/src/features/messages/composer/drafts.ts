import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { readStored, readTabText, writeStored, writeTabText } from '../../../lib/device/storage.ts'
import { appendFiles, chooseFiles, chosenFiles } from './attached-files.ts'
import { composedText, joinTexts } from './composer-input.ts'
import { type DraftPlace, draftKey } from './draft-place.ts'

export function readDraft(place: DraftPlace): string {
  const key = draftKey(place)
  return readStored(key) ?? readTabText(key) ?? ''
}

/**
 * Stores the draft at every keystroke, so that an outage, a reload or a closed tab loses nothing. False if the device
 * has no room: only this tab keeps it then, if possible over a reload.
 */
export function writeDraft(place: DraftPlace, text: string): boolean {
  const key = draftKey(place)
  const isKept = writeStored(key, text === '' ? null : text)
  // An outdated draft must not hide the one that the tab keeps.
  if (!isKept) writeStored(key, null)
  writeTabText(key, isKept ? null : text)
  return isKept
}

/** Appends a text to a draft. */
export function appendDraft(place: DraftPlace, text: string): void {
  writeDraft(place, joinTexts([readDraft(place), text]))
}

/** Moves a draft to another chat: from a closed chat to a new one, from a new one to the created one. */
export function carryDraft(from: DraftPlace, chatId: DraftPlace['chatId']): void {
  const to = { userId: from.userId, chatId }
  appendFiles(to, chosenFiles(draftKey(from)))
  chooseFiles(draftKey(from), [])
  const typed = readDraft(from)
  if (typed === '') return
  appendDraft(to, typed)
  writeDraft(from, '')
}

export type Draft = {
  readonly text: string
  /** False while the device has no room for it: it ends with this tab. */
  readonly isKept: boolean
  readonly change: (text: string) => void
  /** Call it when the text was sent. It empties the composer, here and in other tabs that show the same text. */
  readonly sent: (text: string) => void
  /** Restores what was removed because another tab sent it. */
  readonly undo: () => void
}

/** Returns the draft of a chat, which is stored on this device. */
export function useDraft({ userId, chatId }: DraftPlace): Draft {
  const [text, setText] = useState(() => readDraft({ userId, chatId }))
  const [isKept, setKept] = useState(true)
  const latest = useRef(text)
  const taken = useRef('')
  const change = useCallback(
    (next: string) => {
      latest.current = next
      setText(next)
      setKept(writeDraft({ userId, chatId }, next))
    },
    [userId, chatId],
  )
  const sent = useCallback(
    (sentText: string) => {
      publishSent({ userId, chatId }, sentText)
      change('')
    },
    [userId, chatId, change],
  )
  const undo = useCallback(() => {
    if (latest.current === '' && taken.current !== '') change(taken.current)
    taken.current = ''
  }, [change])
  useEffect(
    () =>
      watchSent({ userId, chatId }, (sentText) => {
        if (composedText(latest.current) !== sentText) {
          // The other tab has emptied the storage that all tabs share.
          if (latest.current !== '') setKept(writeDraft({ userId, chatId }, latest.current))
          return
        }
        taken.current = latest.current
        latest.current = ''
        setText('')
      }),
    [userId, chatId],
  )
  return useMemo(() => ({ text, isKept, change, sent, undo }), [text, isKept, change, sent, undo])
}

type Sent = DraftPlace & { readonly text: string }

let channel: BroadcastChannel | null = null

/** One for the page: a channel does not receive its own messages. */
function sentDrafts(): BroadcastChannel | null {
  if (typeof BroadcastChannel === 'undefined') return null
  channel ??= new BroadcastChannel('deskbell-sent-drafts')
  return channel
}

/** Notifies the other tabs that this text of this chat was sent. */
export function publishSent({ userId, chatId }: DraftPlace, text: string): void {
  sentDrafts()?.postMessage({ userId, chatId, text } satisfies Sent)
}

/** Calls `onSent` with each text of this chat that another tab sends. Returns a function that stops it. */
export function watchSent({ userId, chatId }: DraftPlace, onSent: (text: string) => void): () => void {
  const onMessage = ({ data }: MessageEvent<unknown>) => {
    if (isSent(data) && data.userId === userId && data.chatId === chatId) onSent(data.text)
  }
  const from = sentDrafts()
  from?.addEventListener('message', onMessage)
  return () => from?.removeEventListener('message', onMessage)
}

/** Another tab may run another version of this page. */
function isSent(value: unknown): value is Sent {
  if (typeof value !== 'object' || value === null) return false
  return typeof Reflect.get(value, 'userId') === 'number' && typeof Reflect.get(value, 'text') === 'string'
}
