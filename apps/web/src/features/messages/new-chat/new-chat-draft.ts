import { newId } from '@deskbell/sdk'
import { readStored, storedKeys, writeStored } from '../../../lib/device/storage.ts'
import { chooseFiles, chosenFiles } from '../composer/attached-files.ts'

/**
 * A first message of a chat that is being created. Its ids are generated once and kept until the chat exists. However
 * often this is retried, also by another page after a reload, it creates one chat and one message. First messages that
 * are written in several tabs meanwhile have one `clientChatId`, and go into one chat.
 */
export type NewChatDraft = {
  readonly clientChatId: string
  readonly clientMsgId: string
  readonly text: string
  readonly createdAt: string
  /** The number of its files. They are in memory, so after a reload the text is a draft again. */
  readonly fileCount?: number
}

/** Returns a draft for the chat that this client is creating already, in this tab or another, or for a new one. */
export function newChatDraft(userId: number, text: string, here: readonly NewChatDraft[] = []): NewChatDraft {
  const underWay = here[0] ?? readNewChatDrafts(userId)[0]
  return {
    clientChatId: underWay?.clientChatId ?? newId(),
    clientMsgId: newId(),
    text,
    createdAt: new Date().toISOString(),
  }
}

/** Another page has chosen its files, or this one before a reload. */
export function lacksFiles({ clientMsgId, fileCount = 0 }: NewChatDraft): boolean {
  return chosenFiles(clientMsgId).length < fileCount
}

/** Returns what this device has stored, of all tabs, oldest first. */
export function readNewChatDrafts(userId: number): readonly NewChatDraft[] {
  return storedKeys(openingKey(userId))
    .flatMap((key) => parse(readStored(key)) ?? [])
    .sort((left, right) => (left.createdAt < right.createdAt ? -1 : 1))
}

/** Returns false if the device has no room for it. */
export function keepNewChatDraft(userId: number, opening: NewChatDraft): boolean {
  return writeStored(keyOf(userId, opening), JSON.stringify(opening))
}

/** Call it when the message is in the outbox, or its text is back in the composer. */
export function forgetNewChatDraft(userId: number, opening: NewChatDraft): void {
  chooseFiles(opening.clientMsgId, [])
  writeStored(keyOf(userId, opening), null)
  // Earlier versions of this page had one key for all tabs.
  if (parse(readStored(openingKey(userId)))?.clientMsgId === opening.clientMsgId) writeStored(openingKey(userId), null)
}

/** Returns the drafts of both lists, each once. */
export function joinNewChatDrafts(
  here: readonly NewChatDraft[],
  stored: readonly NewChatDraft[],
): readonly NewChatDraft[] {
  const ids = new Set(here.map((opening) => opening.clientMsgId))
  return [...here, ...stored.filter((opening) => !ids.has(opening.clientMsgId))]
}

function parse(stored: string | null): NewChatDraft | null {
  try {
    const value: unknown = JSON.parse(stored ?? 'null')
    return isOpening(value) ? value : null
  } catch {
    return null
  }
}

const fields = ['clientChatId', 'clientMsgId', 'text', 'createdAt']

function isOpening(value: unknown): value is NewChatDraft {
  return (
    typeof value === 'object' &&
    value !== null &&
    fields.every((field) => typeof Reflect.get(value, field) === 'string')
  )
}

function keyOf(userId: number, { clientChatId, clientMsgId }: NewChatDraft): string {
  return `${openingKey(userId)}.${clientChatId}.${clientMsgId}`
}

function openingKey(userId: number): string {
  return `deskbell.opening.${userId}`
}
