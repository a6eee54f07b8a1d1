/** Whose draft for which chat; `new` is the chat that does not exist yet, `waiting` one that is not known yet. */
export type DraftPlace = { readonly userId: number; readonly chatId: number | 'new' | 'waiting' }

export function draftKey({ userId, chatId }: DraftPlace): string {
  return `deskbell.draft.${userId}.${chatId}`
}
