import { readStored, writeStored } from '../../lib/local-store.ts'
import { joinTexts } from './join-texts.ts'

/** Whose draft for which chat; `new` is the chat that does not exist yet, `waiting` the one that is not known yet. */
export type DraftPlace = { readonly userId: number; readonly chatId: number | 'new' | 'waiting' }

export function readDraft(place: DraftPlace): string {
  return readStored(draftKey(place)) ?? ''
}

/** Kept at every key, so that an outage, a reload or a closed tab loses nothing. */
export function writeDraft(place: DraftPlace, text: string): void {
  writeStored(draftKey(place), text === '' ? null : text)
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
