import { type Chat, type ChatId, newId, type Sdk } from '@deskbell/sdk'
import { useLayoutEffect, useRef, useState } from 'react'
import { readStored, writeStored } from '../../../lib/device/storage.ts'
import { useSession } from '../../../lib/session.ts'
import { joinTexts } from '../composer/composer-input.ts'
import { appendDraft, carryDraft } from '../composer/drafts.ts'

/** A message that waits for its chat. */
export type KeptText = { readonly clientMsgId: string; readonly text: string; readonly createdAt: string }

/** Returns what was sent before the chats were known. */
export function readUnplaced(userId: number): readonly KeptText[] {
  try {
    const value: unknown = JSON.parse(readStored(keyOf(userId)) ?? '[]')
    return Array.isArray(value) ? value.filter(isUnplaced) : []
  } catch {
    return []
  }
}

/** Stores a message at once, with the id that it will be sent with. Null if the device has no room for it. */
export function addUnplaced(userId: number, text: string): readonly KeptText[] | null {
  const all = [...readUnplaced(userId), { clientMsgId: newId(), text, createdAt: new Date().toISOString() }]
  return writeStored(keyOf(userId), JSON.stringify(all)) ? all : null
}

export function forgetUnplaced(userId: number): void {
  writeStored(keyOf(userId), null)
}

/** Puts them into the outbox of their chat. The outbox keeps each under its id, so doing it twice is safe. */
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

/**
 * Moves what was written before the chats were known: an open chat gets it as messages, a closed one in its composer,
 * and without a chat it starts one.
 */
export function usePlacedTexts(chat: Chat | undefined, startChat: (text: string) => void): void {
  const { sdk, user } = useSession()
  const placed = useRef({ chat, startChat })
  // Runs before the composer of that chat reads its draft.
  useState(() => {
    carryDraft({ userId: user.id, chatId: 'waiting' }, chat?.id ?? 'new')
    if (chat?.status !== 'closed') return
    for (const { text } of readUnplaced(user.id)) appendDraft({ userId: user.id, chatId: chat.id }, text)
    forgetUnplaced(user.id)
  })
  useLayoutEffect(() => {
    const texts = readUnplaced(user.id)
    if (texts.length === 0) return
    const { chat: known, startChat: start } = placed.current
    if (known === undefined) start(joinTexts(texts.map(({ text }) => text)))
    else sendUnplaced(sdk, known.id, texts)
    forgetUnplaced(user.id)
  }, [sdk, user.id])
}
