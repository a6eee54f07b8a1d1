import type { AppRouter } from '@deskbell/api/router'
import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatFrame, PageOutput } from '@deskbell/contract/events'
import type { ChatId, MessageId } from '@deskbell/contract/ids'
import type { InboxFrame } from '@deskbell/contract/inbox'
import { typingAcceptMs } from '@deskbell/contract/limits'
import type { Message, SendBatchOutput } from '@deskbell/contract/messages'
import type { TRPCClient } from '@trpc/client'
import type { ConnectionState } from './connection/connection-state.ts'
import { errorCode, retryAfterMs } from './error-code.ts'
import type { Store } from './store.ts'
import { timeoutSignal } from './timers.ts'

/** What a stream tells. After `ended` nothing more comes. */
export type StreamHandlers<Frame> = {
  frame(id: string, frame: Frame): void
  /** The line broke; the stream comes back by itself, from the last frame. */
  lost(): void
  ended(code: ErrorCode | null, retryAfterMs: number): void
}

/** Everything that followers and the outbox need from outside: calls, the line's state, chance, and who we are. */
export type Calls = {
  readonly connection: Store<ConnectionState>
  readonly random: () => number
  page(input: { chatId: ChatId; beforeSeq?: number; limit: number }): Promise<PageOutput>
  followChat(input: { chatId: ChatId; cursor: string }, handlers: StreamHandlers<ChatFrame>): () => void
  followInbox(input: { lastEventId?: string }, handlers: StreamHandlers<InboxFrame>): () => void
  sendBatch(input: { chatId: ChatId; items: SendItems }, signal: AbortSignal): Promise<SendBatchOutput>
  markRead(input: { chatId: ChatId; seq: number }): Promise<void>
  markDelivered(input: { chatId: ChatId; seq: number }): Promise<void>
  edit(input: { chatId: ChatId; messageId: MessageId; text: string }): Promise<void>
  retract(input: { chatId: ChatId; messageId: MessageId }): Promise<void>
  /** A word of the moment: nobody waits for it, and one that is late is given up. */
  typing(input: { chatId: ChatId }): void
  /** Is this a message of the user who uses this sdk? */
  isOwn(message: Message): boolean
  /** Opens the line if nothing has yet. */
  connect(): void
  /** Finds out whether the open line still lives, and gives it up when it does not answer. */
  probe(): void
}

type SendItems = { text: string; clientMsgId: string }[]

/** No call that may be repeated waits longer than this, in milliseconds, before it is tried again. */
const repeatableMs = 15_000

export function createCalls(
  client: TRPCClient<AppRouter>,
  rest: Pick<Calls, 'connection' | 'random' | 'isOwn' | 'connect' | 'probe'>,
): Calls {
  return {
    ...rest,
    page: (input) => client.chats.page.query(input, { signal: timeoutSignal(repeatableMs) }),
    followChat: (input, handlers) => open((callbacks) => client.chats.events.subscribe(input, callbacks), handlers),
    followInbox: (input, handlers) => open((callbacks) => client.inbox.events.subscribe(input, callbacks), handlers),
    sendBatch: (input, signal) => client.messages.sendBatch.mutate(input, { signal }),
    async markRead(input) {
      await client.chats.markRead.mutate(input, { signal: timeoutSignal(repeatableMs) })
    },
    async markDelivered(input) {
      await client.chats.markDelivered.mutate(input, { signal: timeoutSignal(repeatableMs) })
    },
    async edit(input) {
      await client.messages.edit.mutate(input, { signal: timeoutSignal(repeatableMs) })
    },
    async retract(input) {
      await client.messages.retract.mutate(input, { signal: timeoutSignal(repeatableMs) })
    },
    typing(input) {
      if (rest.connection.getSnapshot().kind !== 'online') return
      client.chats.typing.mutate(input, { signal: timeoutSignal(typingAcceptMs) }).catch(() => {})
    },
  }
}

type Tracked<Frame> = { id: string; data: Frame }
type Callbacks<Frame> = {
  onData(tracked: Tracked<Frame>): void
  onConnectionStateChange(change: { state: string }): void
  onError(error: unknown): void
  onComplete(): void
}

/** A stream of which only the first end is told, and nothing after `stop`. */
function open<Frame>(
  subscribe: (callbacks: Callbacks<Frame>) => { unsubscribe(): void },
  handlers: StreamHandlers<Frame>,
): () => void {
  let active = true
  const end = (code: ErrorCode | null, afterMs: number) => {
    if (!active) return
    active = false
    handlers.ended(code, afterMs)
  }
  const subscription = subscribe({
    onData: ({ id, data }) => active && handlers.frame(id, data),
    onConnectionStateChange: ({ state }) => active && state === 'connecting' && handlers.lost(),
    onError: (error) => end(errorCode(error), retryAfterMs(error)),
    onComplete: () => end(null, 0),
  })
  return () => {
    active = false
    subscription.unsubscribe()
  }
}
