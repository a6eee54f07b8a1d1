import type { Chat } from '@deskbell/contract/chats'
import { useEffect, useRef, useState } from 'react'
import { isFinal } from '../../lib/error-code.ts'
import { useSession } from '../../lib/session.ts'
import { appendDraft, carryDraft } from './drafts.ts'
import { newOpening, type Opening, readOpening, writeOpening } from './opening.ts'
import { keepUnsent } from './unsent.ts'

export type OpeningState = {
  readonly opening: Opening | null
  /** Why the chat could not be made; the text is back in the composer then. */
  readonly error: unknown
  readonly start: (text: string) => void
}

const retryMs = 2_000

/**
 * Makes a chat with its first message. Once the chat is there the message waits among its unsent ones,
 * and the thread that opens next sends it.
 */
export function useOpening(onMade: (chat: Chat) => void): OpeningState {
  const { sdk, user } = useSession()
  const [opening, setOpening] = useState(() => readOpening(user.id))
  const [error, setError] = useState<unknown>(null)
  const made = useRef(onMade)
  made.current = onMade

  useEffect(() => {
    if (opening === null) return
    const ended = new AbortController()
    const finish = (chat: Chat) => {
      keepUnsent({ userId: user.id, chatId: chat.id }, { clientMsgId: opening.clientMsgId, text: opening.text })
      carryDraft({ userId: user.id, chatId: 'new' }, chat.id)
      writeOpening(user.id, null)
      setOpening(null)
      made.current(chat)
    }
    const giveUp = (cause: unknown) => {
      appendDraft({ userId: user.id, chatId: 'new' }, opening.text)
      writeOpening(user.id, null)
      setOpening(null)
      setError(cause)
    }
    const create = async () => {
      const { chat } = await sdk.client.chats.create.mutate(
        { clientChatId: opening.clientChatId },
        { signal: ended.signal },
      )
      if (!ended.signal.aborted) finish(chat)
    }
    void repeat(create, ended.signal).catch(giveUp)
    return () => ended.abort()
  }, [sdk, user.id, opening])

  const start = (text: string) => {
    const next = newOpening(text)
    writeOpening(user.id, next)
    setError(null)
    setOpening(next)
  }
  return { opening, error, start }
}

/** Until it is done, refused for good, or nobody wants it any more. */
async function repeat(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      return await work()
    } catch (error) {
      if (!signal.aborted && isFinal(error)) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs))
  }
}
