import { readStored, writeStored } from '../../lib/local-store.ts'
import type { DraftPlace } from './drafts.ts'

/** A message that an earlier version of this page sent, and never knew to be stored. */
export type LeftUnsent = { readonly clientMsgId: string; readonly text: string }

/**
 * Hands over what earlier versions kept in a place of their own, and empties it: the outbox keeps such messages now.
 * With its old id a message that was stored after all is stored once.
 */
export function moveLeftUnsent({ userId, chatId }: DraftPlace, send: (left: LeftUnsent) => void): void {
  const key = `deskbell.unsent.${userId}.${chatId}`
  const stored = readStored(key)
  if (stored === null) return
  for (const left of parse(stored)) send(left)
  writeStored(key, null)
}

function parse(stored: string): LeftUnsent[] {
  try {
    const value: unknown = JSON.parse(stored)
    return Array.isArray(value) ? value.filter(isLeftUnsent) : []
  } catch {
    return []
  }
}

function isLeftUnsent(value: unknown): value is LeftUnsent {
  if (typeof value !== 'object' || value === null) return false
  return typeof Reflect.get(value, 'clientMsgId') === 'string' && typeof Reflect.get(value, 'text') === 'string'
}
