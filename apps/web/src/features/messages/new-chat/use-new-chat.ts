import { type Chat, retry, type Sdk } from '@deskbell/sdk'
import { useEffect, useRef, useState } from 'react'
import { useSession } from '../../../lib/session.ts'
import { appendFiles, chooseFiles, chosenFiles, filesToSend } from '../composer/attached-files.ts'
import { appendDraft, carryDraft } from '../composer/drafts.ts'
import {
  forgetNewChatDraft,
  joinNewChatDrafts,
  keepNewChatDraft,
  lacksFiles,
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
  readonly start: (text: string, files?: readonly File[]) => void
}

/**
 * Creates a chat with its first messages. They are removed here only when they are in the chat's outbox. Another tab
 * may do the same at the same time: the ids make it one chat.
 */
export function useNewChat(onMade: (chat: Chat) => void): NewChatState {
  const { sdk, user } = useSession()
  const [openings, setOpenings] = useState(() => readWholeDrafts(user.id))
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
      const all = joinNewChatDrafts(latest.current, readNewChatDrafts(user.id)).filter(
        (opening) => !lacksFiles(opening),
      )
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
      const place = { userId: user.id, chatId: 'new' } as const
      take((taken) => {
        for (const { text, clientMsgId } of taken) {
          appendDraft(place, text)
          appendFiles(place, chosenFiles(clientMsgId))
        }
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

  const start = (text: string, files: readonly File[] = []) => {
    const next = { ...newChatDraft(user.id, text, latest.current), fileCount: files.length }
    chooseFiles(next.clientMsgId, files)
    if (!keepNewChatDraft(user.id, next)) setKept(false)
    latest.current = [...latest.current, next]
    setError(null)
    setOpenings(latest.current)
  }
  return { openings, isKept, error, start }
}

function leaveInOutbox(sdk: Sdk, chat: Chat, openings: readonly NewChatDraft[]): void {
  const follower = sdk.follow(chat.id)
  for (const { text, clientMsgId } of openings) {
    follower.send(text, { clientMsgId, files: filesToSend(chosenFiles(clientMsgId)) })
  }
  follower.stop()
}

/** The texts of those whose files are not here any more become a draft again. */
function readWholeDrafts(userId: number): readonly NewChatDraft[] {
  for (const opening of readNewChatDrafts(userId).filter(lacksFiles)) {
    appendDraft({ userId, chatId: 'new' }, opening.text)
    forgetNewChatDraft(userId, opening)
  }
  return readNewChatDrafts(userId)
}
