import type { AppRouter } from '@deskbell/api/router'
import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatFrame, PageOutput } from '@deskbell/contract/events'
import type { ChatId, MessageId } from '@deskbell/contract/ids'
import type { InboxFrame } from '@deskbell/contract/inbox'
import { typingAcceptMs } from '@deskbell/contract/limits'
import type { Message, SendBatchOutput } from '@deskbell/contract/messages'
import type { TRPCClient } from '@trpc/client'
import { errorCode, type Fields, fieldsOf, retryAfterMs } from './base/errors.ts'
import type { Store } from './base/store.ts'
import { withTimeout } from './base/timers.ts'
import type { ConnectionState } from './socket/connection-state.ts'

/** Handlers of a stream. After `ended` none is called. */
export type StreamHandlers<Frame> = {
  frame(id: string, frame: Frame): void
  /** Not connected, at first or again; the stream resumes by itself from the last frame. */
  lost(): void
  ended(code: ErrorCode | null, retryAfterMs: number): void
}

/**
 * Everything that followers and the outbox need from outside: calls, the state of the connection, randomness, and whose
 * messages are own.
 */
export type ServerApi = {
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
  /** Best effort: not awaited, and given up when it is late. */
  typing(input: { chatId: ChatId }): void
  /** Reports whether this is a message of the SDK's own user. */
  isOwn(message: Message): boolean
  /** Opens the connection, unless it is open. */
  connect(): void
  /** Checks whether the open connection is alive, and closes it when it does not answer. */
  probe(): void
}

type SendItems = { text: string; clientMsgId: string; uploadIds?: string[] }[]

/** Timeout of every call that is safe to repeat, in milliseconds. */
const repeatableMs = 15_000

export function createServerApi(
  client: TRPCClient<AppRouter>,
  rest: Pick<ServerApi, 'connection' | 'random' | 'isOwn' | 'connect' | 'probe'>,
): ServerApi {
  return {
    ...rest,
    page: (input) => withTimeout(repeatableMs, (signal) => client.chats.page.query(input, { signal })),
    followChat: (input, handlers) => open((callbacks) => client.chats.events.subscribe(input, callbacks), handlers),
    followInbox: (input, handlers) => open((callbacks) => client.inbox.events.subscribe(input, callbacks), handlers),
    sendBatch: (input, signal) => client.messages.sendBatch.mutate(input, { signal }),
    async markRead(input) {
      await withTimeout(repeatableMs, (signal) => client.chats.markRead.mutate(input, { signal }))
    },
    async markDelivered(input) {
      await withTimeout(repeatableMs, (signal) => client.chats.markDelivered.mutate(input, { signal }))
    },
    async edit(input) {
      await withTimeout(repeatableMs, (signal) => client.messages.edit.mutate(input, { signal }))
    },
    async retract(input) {
      await withTimeout(repeatableMs, (signal) => client.messages.retract.mutate(input, { signal }))
    },
    typing(input) {
      if (rest.connection.getSnapshot().kind !== 'online') return
      withTimeout(typingAcceptMs, (signal) => client.chats.typing.mutate(input, { signal })).catch(() => {})
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

/** Opens a stream that reports only its first end, and nothing after `stop`. */
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
    onData: ({ id, data }) => {
      if (!active) return
      if (isReadable(data)) handlers.frame(id, data)
      // Applying it would throw where nobody can catch it, which ends a program. So it is a stream that has broken.
      else end(null, 0)
    },
    onConnectionStateChange: ({ state }) => active && state === 'connecting' && handlers.lost(),
    onError: (error) => end(errorCode(error), retryAfterMs(error)),
    onComplete: () => end(null, 0),
  })
  return () => {
    active = false
    subscription.unsubscribe()
  }
}

/**
 * Reports whether a frame has the parts by which it is applied. Frames are not parsed as a whole, and a kind that this
 * program does not know is readable.
 */
function isReadable(frame: unknown): boolean {
  const { t, events, rows } = fieldsOf(frame)
  if (t === 'ev') return isListOf(events, isEntry)
  if (t === 'upsert') return isListOf(rows, ({ id }) => Number.isSafeInteger(id))
  return isText(t)
}

function isEntry({ seq, kind, message, data }: Fields): boolean {
  if (!Number.isSafeInteger(seq)) return false
  if (kind === 'message') return isText(fieldsOf(message)['text'])
  return kind === 'edited' ? isText(fieldsOf(data)['text']) : kind !== 'retracted' || data instanceof Object
}

const isText = (value: unknown) => typeof value === 'string'
const isListOf = (list: unknown, isOne: (one: Fields) => boolean) =>
  Array.isArray(list) && list.every((one) => isOne(fieldsOf(one)))
