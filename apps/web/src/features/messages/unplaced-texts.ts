import type { ChatId } from '@deskbell/contract/ids'
import { newId, type Sdk } from '@deskbell/sdk'
import { readStored, writeStored } from '../../lib/local-store.ts'
import type { KeptText } from './kept-bubbles.tsx'

/** What was sent while it was not known yet which chats there are. */
export function readUnplaced(userId: number): readonly KeptText[] {
  try {
    const value: unknown = JSON.parse(readStored(keyOf(userId)) ?? '[]')
    return Array.isArray(value) ? value.filter(isUnplaced) : []
  } catch {
    return []
  }
}

/** Kept at once, with the id that it will be sent with. Null when the device has no room for it. */
export function addUnplaced(userId: number, text: string): readonly KeptText[] | null {
  const all = [...readUnplaced(userId), { clientMsgId: newId(), text, createdAt: new Date().toISOString() }]
  return writeStored(keyOf(userId), JSON.stringify(all)) ? all : null
}

export function forgetUnplaced(userId: number): void {
  writeStored(keyOf(userId), null)
}

/** Leaves them in the outbox of their chat, which keeps each under its id: twice is as good as once. */
export function sendUnplaced(sdk: Sdk, chatId: ChatId, texts: readonly KeptText[]): void {
  const follower = sdk.follow(chatId)
  for (const { text, clientMsgId } of texts) follower.send(text, { clientMsgId })
  follower.stop()
}

function isUnplaced(value: unknown): value is KeptText {
  return typeof Object(value).clientMsgId === 'string'
}

function keyOf(userId: number): string {
  return `deskbell.unplaced.${userId}`
}
