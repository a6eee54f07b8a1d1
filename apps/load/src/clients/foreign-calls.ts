import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatId, MessageId } from '@deskbell/contract/ids'
import { SdkError } from '@deskbell/sdk'
import type { ForeignVia } from '@deskbell/testkit/history/history-line'
import { pick, type Random } from '../seeded-random.ts'
import { type SimulatedUser, timeout } from './simulated-user.ts'

/** Resolves when the server allowed the call, and rejects with its refusal. */
type ForeignCall = (user: SimulatedUser, chatId: ChatId) => Promise<unknown>

/** So much of an answer that is no refusal is kept. */
const answerCharsMax = 300

const text = 'nobody may read this'
/** A message that exists, of somebody else. */
const messageId = 1 as MessageId

const socket: Record<string, ForeignCall> = {
  'chats.get': ({ sdk }, chatId) => sdk.api.chats.get.query({ chatId }, timeout()),
  'chats.page': ({ sdk }, chatId) => sdk.api.chats.page.query({ chatId }, timeout()),
  'chats.markRead': ({ sdk }, chatId) => sdk.api.chats.markRead.mutate({ chatId, seq: 1 }, timeout()),
  'chats.markDelivered': ({ sdk }, chatId) => sdk.api.chats.markDelivered.mutate({ chatId, seq: 1 }, timeout()),
  'chats.typing': ({ sdk }, chatId) => sdk.api.chats.typing.mutate({ chatId }, timeout()),
  'chats.events': (user, chatId) => followForeign(user, chatId),
  'messages.list': ({ sdk }, chatId) => sdk.api.messages.list.query({ chatId }, timeout()),
  'messages.send': (user, chatId) =>
    user.sdk.api.messages.send.mutate({ chatId, text, clientMsgId: user.newMessageId() }, timeout()),
  'messages.sendBatch': (user, chatId) =>
    user.sdk.api.messages.sendBatch.mutate({ chatId, items: [{ text, clientMsgId: user.newMessageId() }] }, timeout()),
  'messages.edit': ({ sdk }, chatId) => sdk.api.messages.edit.mutate({ chatId, messageId, text }, timeout()),
  'messages.retract': ({ sdk }, chatId) => sdk.api.messages.retract.mutate({ chatId, messageId }, timeout()),
}

const http: Record<string, ForeignCall> = {
  'chats.get': (user, chatId) => query(user, 'chats.get', { chatId }),
  'chats.page': (user, chatId) => query(user, 'chats.page', { chatId }),
  'messages.list': (user, chatId) => query(user, 'messages.list', { chatId }),
  'messages.send': (user, chatId) =>
    request(user, '/trpc/messages.send', { chatId, text, clientMsgId: user.newMessageId() }),
  'chats.markRead': (user, chatId) => request(user, '/trpc/chats.markRead', { chatId, seq: 1 }),
}

const batch: Record<string, ForeignCall> = {
  'chats.get,chats.page': (user, chatId) => query(user, 'chats.get,chats.page', { 0: { chatId }, 1: { chatId } }),
  'messages.list,chats.get': (user, chatId) => query(user, 'messages.list,chats.get', { 0: { chatId }, 1: { chatId } }),
}

const rest: Record<string, ForeignCall> = {
  'GET chat': (user, chatId) => request(user, `/api/chats/${chatId}`),
  'GET messages': (user, chatId) => request(user, `/api/chats/${chatId}/messages`),
  'POST message': (user, chatId) =>
    request(user, `/api/chats/${chatId}/messages`, { text, clientMsgId: user.newMessageId() }),
  'POST read': (user, chatId) => request(user, `/api/chats/${chatId}/read`, { seq: 1 }),
}

const sse: Record<string, ForeignCall> = {
  'chats.events': (user, chatId) => query(user, 'chats.events', { chatId }),
}

const calls: Record<ForeignVia, Record<string, ForeignCall>> = { socket, http, batch, rest, sse }

/** Every call by every transport. */
export const foreignCalls = Object.entries(calls).flatMap(([via, ofVia]) =>
  Object.entries(ofVia).map(([procedure, call]) => ({ via: via as ForeignVia, procedure, call })),
)

/** Asks for a chat of another client, and records how it went. False when that cannot be tried now. */
export function callForeign(
  user: SimulatedUser,
  { via, procedure, call }: (typeof foreignCalls)[number],
  random: Random,
): boolean {
  const chatId = pick(random, user.foreign)
  if (chatId === undefined) return false
  const connection = user.sdk.connection.getSnapshot()
  if (via === 'socket' && (connection.kind !== 'online' || connection.via !== 'socket')) return false
  void user.call({ action: 'foreign', chatId, id: procedure, via }, async () => {
    const answer = await call(user, chatId)
    return typeof answer === 'string' ? answer.slice(0, answerCharsMax) : null
  })
  return true
}

/** Allowed by the first frame, refused by an error. */
function followForeign({ sdk }: SimulatedUser, chatId: ChatId): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const { signal } = timeout()
  signal.addEventListener('abort', () => reject(new Error('no answer')), { once: true })
  const subscription = sdk.api.chats.events.subscribe({ chatId }, { onData: () => resolve(), onError: reject })
  return promise.finally(() => subscription.unsubscribe())
}

function query(user: SimulatedUser, path: string, input: object): Promise<string> {
  const isBatch = path.includes(',')
  return request(user, `/trpc/${path}?${isBatch ? 'batch=1&' : ''}input=${encodeURIComponent(JSON.stringify(input))}`)
}

/** Rejects with the code of a refusal, and returns any other answer. Of a batch all calls must be refused. */
async function request({ url, token }: SimulatedUser, path: string, body?: object): Promise<string> {
  const { signal } = timeout()
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const options = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }
  const response = await fetch(`${url}${path}`, { ...options, signal })
  if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) return await readRefusal(response)
  const answers = [(await response.json()) as RefusedAnswer].flat()
  const codes = answers.map((answer) => answer.code ?? answer.error?.data?.code)
  const [first] = codes
  if (first === undefined || codes.includes(undefined)) return `${response.status} ${JSON.stringify(answers)}`
  throw new SdkError(first)
}

/** A stream that has begun says in an event that it is refused. The first frame of data means that it is not. */
async function readRefusal({ body }: Response): Promise<string> {
  let events = ''
  for await (const chunk of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    events += chunk
    const [, code] = /^event: serialized-error\ndata: .*"code":"([a-z_]+)".*\n\n/m.exec(events) ?? []
    if (code !== undefined) throw new SdkError(code as ErrorCode)
    if (/^(?:data: .*"t":|id: )/m.test(events)) return events
  }
  throw new Error('The stream ended without an answer.')
}

/** Of REST, and of tRPC. */
type RefusedAnswer = { code?: ErrorCode; error?: { data?: { code?: ErrorCode } } }
