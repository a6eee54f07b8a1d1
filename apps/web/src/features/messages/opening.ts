import { newId } from '@deskbell/sdk'
import { readStored, storedKeys, writeStored } from '../../lib/local-store.ts'

/**
 * A first message of a chat that is being made. Its ids are made once and kept until the chat is there, so however
 * often this is repeated, also by another page after a reload, it makes one chat and one message. First messages that
 * are written in several tabs meanwhile have one `clientChatId`, and go into one chat.
 */
export type Opening = {
  readonly clientChatId: string
  readonly clientMsgId: string
  readonly text: string
  readonly createdAt: string
}

/** Joins the chat that this client is making already, in this tab or another. */
export function newOpening(userId: number, text: string, here: readonly Opening[] = []): Opening {
  const underWay = here[0] ?? readOpenings(userId)[0]
  return {
    clientChatId: underWay?.clientChatId ?? newId(),
    clientMsgId: newId(),
    text,
    createdAt: new Date().toISOString(),
  }
}

/** What this device keeps, of all tabs, in the order in which it was written. */
export function readOpenings(userId: number): readonly Opening[] {
  return storedKeys(openingKey(userId))
    .flatMap((key) => parse(readStored(key)) ?? [])
    .sort((left, right) => (left.createdAt < right.createdAt ? -1 : 1))
}

/** False when the device has no room for it. */
export function keepOpening(userId: number, opening: Opening): boolean {
  return writeStored(keyOf(userId, opening), JSON.stringify(opening))
}

/** The message is in the outbox, or its text back in the composer. */
export function forgetOpening(userId: number, opening: Opening): void {
  writeStored(keyOf(userId, opening), null)
  // Earlier versions of this page had one place for all tabs.
  if (parse(readStored(openingKey(userId)))?.clientMsgId === opening.clientMsgId) writeStored(openingKey(userId), null)
}

/** Those of both, each once. */
export function joinOpenings(here: readonly Opening[], stored: readonly Opening[]): readonly Opening[] {
  const ids = new Set(here.map((opening) => opening.clientMsgId))
  return [...here, ...stored.filter((opening) => !ids.has(opening.clientMsgId))]
}

function parse(stored: string | null): Opening | null {
  try {
    const value: unknown = JSON.parse(stored ?? 'null')
    return isOpening(value) ? value : null
  } catch {
    return null
  }
}

const fields = ['clientChatId', 'clientMsgId', 'text', 'createdAt']

function isOpening(value: unknown): value is Opening {
  return (
    typeof value === 'object' &&
    value !== null &&
    fields.every((field) => typeof Reflect.get(value, field) === 'string')
  )
}

function keyOf(userId: number, { clientChatId, clientMsgId }: Opening): string {
  return `${openingKey(userId)}.${clientChatId}.${clientMsgId}`
}

function openingKey(userId: number): string {
  return `deskbell.opening.${userId}`
}
