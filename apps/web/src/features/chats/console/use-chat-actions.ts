import type { Chat } from '@deskbell/contract/chats'
import type { InboxFollower } from '@deskbell/sdk'
import { errorCode } from '../../../lib/error-code.ts'
import { trpc } from '../../../lib/trpc.ts'

export type ChatActions = {
  /** Why the newest action was refused; null when it went well, or was about another chat. */
  readonly errorOf: (chat: Chat) => unknown
  /** Takes an unassigned chat. That somebody was faster is no error: the row tells who. */
  readonly take: (chat: Chat) => void
  readonly takeOver: (chat: Chat) => void
  readonly giveBack: (chat: Chat, onDone: () => void) => void
  /** `seenSeq`: the newest entry that was in view; without it the chat is closed whatever has come. */
  readonly close: (chat: Chat, how: { readonly seenSeq?: number; readonly onDone: () => void }) => void
  /** It was not closed, because the client has written something that was not in view. */
  readonly newerIn: (chat: Chat) => boolean
  readonly dismissNewer: () => void
  readonly reopen: (chat: Chat, onDone: () => void) => void
}

/** What an operator does with a chat. Every answer goes into the inbox, so all lists show it at once. */
export function useChatActions(inbox: InboxFollower): ChatActions {
  const utils = trpc.useUtils()
  const onSuccess = ({ chat }: { chat: Chat }) => inbox.put([chat])
  const assign = trpc.chats.assignOperator.useMutation({
    onSuccess,
    onError: async (_error, { chatId }) => onSuccess(await utils.chats.get.fetch({ chatId }, { staleTime: 0 })),
  })
  const release = trpc.chats.release.useMutation({ onSuccess })
  const close = trpc.chats.close.useMutation({ onSuccess })
  const reopen = trpc.chats.reopen.useMutation({ onSuccess })
  const all = [assign, release, close, reopen]
  const newest = all.reduce((left, right) => (right.submittedAt > left.submittedAt ? right : left))
  return {
    errorOf: (chat) => (newest.variables?.chatId !== chat.id || isShownElsewhere(newest.error) ? null : newest.error),
    take: (chat) => assign.mutate({ chatId: chat.id }),
    takeOver: (chat) => assign.mutate({ chatId: chat.id, takeOver: true }),
    giveBack: (chat, onDone) => release.mutate({ chatId: chat.id }, { onSuccess: onDone }),
    close: (chat, { seenSeq, onDone }) =>
      close.mutate({ chatId: chat.id, ...(seenSeq !== undefined && { ifSeq: seenSeq }) }, { onSuccess: onDone }),
    newerIn: (chat) => close.variables?.chatId === chat.id && errorCode(close.error) === 'newer_messages',
    dismissNewer: close.reset,
    reopen: (chat, onDone) => reopen.mutate({ chatId: chat.id }, { onSuccess: onDone }),
  }
}

/** By the row's owner, and by a dialog. */
function isShownElsewhere(error: unknown): boolean {
  const code = errorCode(error)
  return code === 'already_assigned' || code === 'newer_messages'
}
