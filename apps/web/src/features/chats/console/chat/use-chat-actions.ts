import { type Chat, errorCode, type InboxFollower } from '@deskbell/sdk'
import { useRef, useState } from 'react'
import { useSession } from '../../../../lib/session.ts'
import { askNow } from '../ask-now.ts'

export type ActionName = 'take' | 'giveBack' | 'close' | 'reopen' | 'noReply'

export type ChatActions = {
  /** The action has no answer yet. */
  readonly isBusy: (chat: Chat, name: ActionName) => boolean
  /** Why the newest action in this chat failed; null if it succeeded, or the error is shown elsewhere. */
  readonly errorOf: (chat: Chat) => unknown
  /** Takes an unassigned chat. If somebody was faster, that is no error: the row shows who. */
  readonly take: (chat: Chat) => void
  readonly takeOver: (chat: Chat) => void
  readonly giveBack: (chat: Chat, onDone: () => void) => void
  /** `seenSeq`: the newest entry that was visible. Without it the chat is closed whatever has arrived. */
  readonly close: (chat: Chat, how: { readonly seenSeq?: number; readonly onDone: () => void }) => void
  /** Nobody waits then, until the client writes again. What arrived after this row was shown is not waved off. */
  readonly noReply: (chat: Chat) => void
  /** The chat was not closed, because the client has written something that was not visible. */
  readonly hasNewerMessages: (chat: Chat) => boolean
  readonly dismissNewer: (chat: Chat) => void
  readonly reopen: (chat: Chat, onDone: () => void) => void
}

/** An action from its start until it has succeeded. */
type Attempt = {
  readonly chatId: number
  readonly name: ActionName
  readonly isRunning: boolean
  readonly error: unknown
}

type Asked = {
  readonly name: ActionName
  readonly call: (signal: AbortSignal) => Promise<{ chat: Chat }>
  readonly onDone?: () => void
}

/**
 * Returns the actions of an operator on chats. Each is done within ten seconds or fails with a text, never later. Every
 * answer goes into the inbox, so all lists show it at once.
 */
export function useChatActions(inbox: InboxFollower): ChatActions {
  const { sdk } = useSession()
  const { chats } = sdk.api
  const { attempts, perform, forget } = usePerform(inbox)
  const of = (chat: Chat) => attempts.filter((attempt) => attempt.chatId === chat.id)
  const assign = (chat: Chat, takeOver: boolean) =>
    perform(chat, {
      name: 'take',
      call: (signal) => chats.assignOperator.mutate({ chatId: chat.id, ...(takeOver && { takeOver }) }, { signal }),
    })
  return {
    isBusy: (chat, name) => of(chat).some((attempt) => attempt.isRunning && attempt.name === name),
    errorOf: (chat) => of(chat).findLast(({ error }) => error !== null && !isShownElsewhere(error))?.error ?? null,
    take: (chat) => assign(chat, false),
    takeOver: (chat) => assign(chat, true),
    giveBack: (chat, onDone) =>
      perform(chat, {
        name: 'giveBack',
        call: (signal) => chats.release.mutate({ chatId: chat.id }, { signal }),
        onDone,
      }),
    close(chat, { seenSeq, onDone }) {
      const input = { chatId: chat.id, ...(seenSeq !== undefined && { ifSeq: seenSeq }) }
      perform(chat, { name: 'close', call: (signal) => chats.close.mutate(input, { signal }), onDone })
    },
    noReply: (chat) =>
      perform(chat, {
        name: 'noReply',
        call: (signal) => chats.noReply.mutate({ chatId: chat.id, ifSeq: chat.lastSeq }, { signal }),
      }),
    hasNewerMessages: (chat) =>
      of(chat).some(({ name, error }) => name === 'close' && errorCode(error) === 'newer_messages'),
    dismissNewer: (chat) => forget(chat.id),
    reopen: (chat, onDone) =>
      perform(chat, { name: 'reopen', call: (signal) => chats.reopen.mutate({ chatId: chat.id }, { signal }), onDone }),
  }
}

function usePerform(inbox: InboxFollower) {
  const { sdk } = useSession()
  const [attempts, setAttempts] = useState<readonly Attempt[]>([])
  // Running actions must be known at once, not with the next render: a second press comes before it.
  const latest = useRef(attempts)
  const change = (next: readonly Attempt[]) => {
    latest.current = next
    setAttempts(next)
  }
  const forget = (chatId: number) =>
    change(latest.current.filter((attempt) => attempt.chatId !== chatId || attempt.isRunning))
  const perform = (chat: Chat, { name, call, onDone }: Asked) => {
    if (latest.current.some((attempt) => attempt.isRunning && attempt.chatId === chat.id && attempt.name === name))
      return
    forget(chat.id)
    const attempt: Attempt = { chatId: chat.id, name, isRunning: true, error: null }
    change([...latest.current, attempt])
    askNow(sdk, call)
      .then(
        (answer) => {
          change(latest.current.filter((each) => each !== attempt))
          inbox.put([answer.chat])
          onDone?.()
        },
        async (error: unknown) => {
          change(latest.current.map((each) => (each === attempt ? { ...attempt, isRunning: false, error } : each)))
          if (errorCode(error) !== 'already_assigned') return
          // The inbox may learn who has the chat only after this answer.
          const { chat: present } = await sdk.api.chats.get.query({ chatId: chat.id })
          inbox.put([present])
        },
      )
      .catch(() => undefined)
  }
  return { attempts, perform, forget }
}

/** Shown by the row's operator, and by a dialog. */
function isShownElsewhere(error: unknown): boolean {
  const code = errorCode(error)
  return code === 'already_assigned' || code === 'newer_messages'
}
