import type { Chat } from '@deskbell/contract/chats'
import { useLayoutEffect, useRef, useState } from 'react'
import { useSession } from '../../lib/session.ts'
import { appendDraft, carryDraft } from './drafts.ts'
import { joinTexts } from './join-texts.ts'
import { forgetUnplaced, readUnplaced, sendUnplaced } from './unplaced-texts.ts'

/**
 * Gives what was written before the chats were known its place: a running chat gets the messages, a closed one has
 * them in its composer, and without a chat they begin one.
 */
export function usePlacedTexts(chat: Chat | undefined, startChat: (text: string) => void): void {
  const { sdk, user } = useSession()
  const placed = useRef({ chat, startChat })
  // Before the composer of that chat reads its draft.
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
