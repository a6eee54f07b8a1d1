import type { Chat } from '@deskbell/contract/chats'
import type { Sdk } from '@deskbell/sdk'
import { useEffect, useRef, useState } from 'react'
import { useSession } from '../../lib/session.ts'
import { untilAnswered } from '../../lib/until-answered.ts'
import { appendDraft, carryDraft } from './drafts.ts'
import { forgetOpening, joinOpenings, keepOpening, newOpening, type Opening, readOpenings } from './opening.ts'

export type OpeningState = {
  /** The first messages of the chat that is being made; empty when none is. */
  readonly openings: readonly Opening[]
  /** The device keeps them. */
  readonly isKept: boolean
  /** Why the chat could not be made; the texts are back in the composer then. */
  readonly error: unknown
  readonly start: (text: string) => void
}

/**
 * Makes a chat with its first messages. Once the chat is there they are in its outbox, and only then they are
 * forgotten here. Another tab may do the same at the same time: the ids make one of it.
 */
export function useOpening(onMade: (chat: Chat) => void): OpeningState {
  const { sdk, user } = useSession()
  const [openings, setOpenings] = useState(() => readOpenings(user.id))
  const [isKept, setKept] = useState(true)
  const [error, setError] = useState<unknown>(null)
  const latest = useRef(openings)
  const made = useRef(onMade)
  made.current = onMade
  const clientChatId = openings[0]?.clientChatId ?? null

  useEffect(() => {
    if (clientChatId === null) return
    const ended = new AbortController()
    const take = (use: (taken: readonly Opening[]) => void) => {
      const all = joinOpenings(latest.current, readOpenings(user.id))
      const taken = all.filter((opening) => opening.clientChatId === clientChatId)
      use(taken)
      for (const opening of taken) forgetOpening(user.id, opening)
      latest.current = all.filter((opening) => opening.clientChatId !== clientChatId)
      setOpenings(latest.current)
      setKept(true)
    }
    const finish = (chat: Chat) => {
      take((taken) => leaveInOutbox(sdk, chat, taken))
      carryDraft({ userId: user.id, chatId: 'new' }, chat.id)
      made.current(chat)
    }
    const giveUp = (cause: unknown) => {
      take((taken) => {
        for (const { text } of taken) appendDraft({ userId: user.id, chatId: 'new' }, text)
      })
      setError(cause)
    }
    untilAnswered((signal) => sdk.client.chats.create.mutate({ clientChatId }, { signal }), ended.signal).then(
      ({ chat }) => ended.signal.aborted || finish(chat),
      (cause: unknown) => ended.signal.aborted || giveUp(cause),
    )
    return () => ended.abort()
  }, [sdk, user.id, clientChatId])

  const start = (text: string) => {
    const next = newOpening(user.id, text, latest.current)
    if (!keepOpening(user.id, next)) setKept(false)
    latest.current = [...latest.current, next]
    setError(null)
    setOpenings(latest.current)
  }
  return { openings, isKept, error, start }
}

function leaveInOutbox(sdk: Sdk, chat: Chat, openings: readonly Opening[]): void {
  const follower = sdk.follow(chat.id)
  for (const { text, clientMsgId } of openings) follower.send(text, { clientMsgId })
  follower.stop()
}
