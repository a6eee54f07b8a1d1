import { readStored, writeStored } from '../../lib/local-store.ts'
import { readTabText, writeTabText } from '../../lib/tab-memory.ts'
import { joinTexts } from './join-texts.ts'

/** Whose draft for which chat; `new` is the chat that does not exist yet, `waiting` the one that is not known yet. */
export type DraftPlace = { readonly userId: number; readonly chatId: number | 'new' | 'waiting' }

export function readDraft(place: DraftPlace): string {
  const key = draftKey(place)
  return readStored(key) ?? readTabText(key) ?? ''
}

/**
 * Kept at every key, so that an outage, a reload or a closed tab loses nothing. False when the device has no room: then
 * this tab keeps it, over a reload but no longer.
 */
export function writeDraft(place: DraftPlace, text: string): boolean {
  const key = draftKey(place)
  const isKept = writeStored(key, text === '' ? null : text)
  // A stale beginning must not stand before what the tab keeps.
  if (!isKept) writeStored(key, null)
  writeTabText(key, isKept ? null : text)
  return isKept
}

/** Puts a text below what is being written there. */
export function appendDraft(place: DraftPlace, text: string): void {
  writeDraft(place, joinTexts([readDraft(place), text]))
}

/** What was typed in one place goes on in another: for a closed chat in a new one, for a new one in the made one. */
export function carryDraft(from: DraftPlace, chatId: DraftPlace['chatId']): void {
  const typed = readDraft(from)
  if (typed === '') return
  appendDraft({ userId: from.userId, chatId }, typed)
  writeDraft(from, '')
}

function draftKey({ userId, chatId }: DraftPlace): string {
  return `deskbell.draft.${userId}.${chatId}`
}
