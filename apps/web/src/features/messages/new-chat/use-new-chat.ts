import { type Chat, retry, type Sdk } from '@deskbell/sdk'
import { useEffect, useRef, useState } from 'react'
import { useSession } from '../../../lib/session.ts'
import { appendDraft, carryDraft } from '../composer/drafts.ts'
import {
  forgetNewChatDraft,
  joinNewChatDrafts,
  keepNewChatDraft,
  type NewChatDraft,
  newChatDraft,
  readNewChatDrafts,
} from './new-chat-draft.ts'

export type NewChatState = {
  /** The first messages of the chat that is being created; empty if there is none. */
  readonly openings: readonly NewChatDraft[]
  /** The device has stored them. */
  readonly isKept: boolean
  /** Why the chat could not be created; the texts are back in the composer then. */
  readonly error: unknown
  readonly start: (text: string) => void
}

/**
 * Creates a chat with its first messages. They are removed here only when they are in the chat's outbox. Another tab
 * may do the same at the same time: the ids make it one chat.
 */
export function useNewChat(onMade: (chat: Chat) => void): NewChatState {
  const { sdk, user } = useSession()
  const [openings, setOpenings] = useState(() => readNewChatDrafts(user.id))
  const [isKept, setKept] = useState(true)
  const [error, setError] = useState<unknown>(null)
  const latest = useRef(openings)
  const made = useRef(onMade)
  made.current = onMade
  const clientChatId = openings[0]?.clientChatId ?? null

  useEffect(() => {
    if (clientChatId === null) return
    const ended = new AbortController()
    const take = (use: (taken: readonly NewChatDraft[]) => void) => {
      const all = joinNewChatDrafts(latest.current, readNewChatDrafts(user.id))
      const taken = all.filter((opening) => opening.clientChatId === clientChatId)
      use(taken)
      for (const opening of taken) forgetNewChatDraft(user.id, opening)
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
    const { signal } = ended
    retry(() => sdk.api.chats.create.mutate({ clientChatId }, { signal }), { signal, connection: sdk.connection }).then(
      ({ chat }) => ended.signal.aborted || finish(chat),
      (cause: unknown) => ended.signal.aborted || giveUp(cause),
    )
    return () => ended.abort()
  }, [sdk, user.id, clientChatId])

  const start = (text: string) => {
    const next = newChatDraft(user.id, text, latest.current)
    if (!keepNewChatDraft(user.id, next)) setKept(false)
    latest.current = [...latest.current, next]
    setError(null)
    setOpenings(latest.current)
  }
  return { openings, isKept, error, start }
}

function leaveInOutbox(sdk: Sdk, chat: Chat, openings: readonly NewChatDraft[]): void {
  const follower = sdk.follow(chat.id)
  for (const { text, clientMsgId } of openings) follower.send(text, { clientMsgId })
  follower.stop()
}
