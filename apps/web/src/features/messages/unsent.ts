import { readStored, writeStored } from '../../lib/local-store.ts'

/** A message that was sent here and is not known to be stored. */
export type Unsent = { readonly clientMsgId: string; readonly text: string }

type Place = { readonly userId: number; readonly chatId: number }

/** What an earlier page of this browser may not have brought to the server: sent again with the same id, it is stored once. */
export function readUnsent(place: Place): Unsent[] {
  return parse(readStored(unsentKey(place)))
}

export function keepUnsent(place: Place, unsent: Unsent): void {
  const others = readUnsent(place).filter((each) => each.clientMsgId !== unsent.clientMsgId)
  write(place, [...others, unsent])
}

/** Forgets those that are stored or were thrown away. */
export function dropUnsent(place: Place, clientMsgIds: ReadonlySet<string>): void {
  const before = readUnsent(place)
  const after = before.filter((each) => !clientMsgIds.has(each.clientMsgId))
  if (after.length < before.length) write(place, after)
}

function write(place: Place, unsent: readonly Unsent[]): void {
  writeStored(unsentKey(place), unsent.length === 0 ? null : JSON.stringify(unsent))
}

function unsentKey({ userId, chatId }: Place): string {
  return `deskbell.unsent.${userId}.${chatId}`
}

function parse(stored: string | null): Unsent[] {
  try {
    const value: unknown = JSON.parse(stored ?? '[]')
    return Array.isArray(value) ? value.filter(isUnsent) : []
  } catch {
    return []
  }
}

function isUnsent(value: unknown): value is Unsent {
  if (typeof value !== 'object' || value === null) return false
  return typeof Reflect.get(value, 'clientMsgId') === 'string' && typeof Reflect.get(value, 'text') === 'string'
}
