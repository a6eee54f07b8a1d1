import type { Chat } from '@deskbell/contract/chats'
import type { Sdk } from '@deskbell/sdk'
import { useEffect, useRef, useState } from 'react'
import { useSession } from '../../lib/session.ts'
import { untilAnswered } from '../../lib/until-answered.ts'
import { appendDraft, carryDraft } from './drafts.ts'
import { newOpening, type Opening, readOpening, writeOpening } from './opening.ts'

export type OpeningState = {
  readonly opening: Opening | null
  /** Why the chat could not be made; the text is back in the composer then. */
  readonly error: unknown
  readonly start: (text: string) => void
}

/**
 * Makes a chat with its first message. Once the chat is there the message is in its outbox, and only then it is
 * forgotten here.
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
      leaveInOutbox(sdk, chat, opening)
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
    const { clientChatId } = opening
    untilAnswered((signal) => sdk.client.chats.create.mutate({ clientChatId }, { signal }), ended.signal).then(
      ({ chat }) => ended.signal.aborted || finish(chat),
      (cause: unknown) => ended.signal.aborted || giveUp(cause),
    )
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

function leaveInOutbox(sdk: Sdk, chat: Chat, { text, clientMsgId }: Opening): void {
  const follower = sdk.follow(chat.id)
  follower.send(text, { clientMsgId })
  follower.stop()
}
