import type { MessageId } from '@deskbell/contract/ids'
import { readStored, writeStored } from '../../lib/local-store.ts'
import type { DraftPlace } from './drafts.ts'

/** A stored message whose text is being changed. */
export type Edit = {
  readonly messageId: MessageId
  /** What the message said when the change began. */
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

/** Kept at every key, as a draft is. Null: the change is done or given up. */
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
