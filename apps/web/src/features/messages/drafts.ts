import { readStored, writeStored } from '../../lib/local-store.ts'

/** Whose draft for which chat; `new` is the chat that does not exist yet. */
export type DraftPlace = { readonly userId: number; readonly chatId: number | 'new' }

export function readDraft(place: DraftPlace): string {
  return readStored(draftKey(place)) ?? ''
}

/** Kept at every key, so that an outage, a reload or a closed tab loses nothing. */
export function writeDraft(place: DraftPlace, text: string): void {
  writeStored(draftKey(place), text === '' ? null : text)
}

/** What was typed for a chat that is closed goes on in a new one, below what waits there already. */
export function carryDraft(userId: number, from: number): void {
  const typed = readDraft({ userId, chatId: from })
  if (typed === '') return
  const waiting = readDraft({ userId, chatId: 'new' })
  writeDraft({ userId, chatId: 'new' }, waiting === '' ? typed : `${waiting}\n${typed}`)
  writeDraft({ userId, chatId: from }, '')
}

function draftKey({ userId, chatId }: DraftPlace): string {
  return `deskbell.draft.${userId}.${chatId}`
}
