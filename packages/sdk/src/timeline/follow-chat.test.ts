import type { PageOutput } from '@deskbell/contract/events'
import { chatIdSchema } from '@deskbell/contract/ids'
import { type Message, messageSchema } from '@deskbell/contract/messages'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SdkError } from '../base/errors.ts'
import { createStore } from '../base/store.ts'
import { createMemoryAccountStore } from '../outbox/account-store.ts'
import { ChatOutbox } from '../outbox/chat-outbox.ts'
import type { ServerApi } from '../server-api.ts'
import type { ConnectionState } from '../socket/connection-state.ts'
import { fakeServerApi } from '../testing/fake-server-api.ts'
import { ModelServer } from '../testing/model-server.ts'
import { followChat } from './follow-chat.ts'
import type { ChatFollower } from './timeline.ts'

const chatId = chatIdSchema.parse(1)
const length = 120

let server: ModelServer
let follower: ChatFollower
let outbox: ChatOutbox
let streams: number
/** What the next requested pages throw in place of their entries. */
let faults: Error[]

beforeEach(async () => {
  vi.useFakeTimers()
  server = new ModelServer(length)
  streams = 0
  faults = []
  const serverApi = serverApiOfModel()
  outbox = new ChatOutbox(serverApi, { chatId, sendTimeoutMs: 10_000, accountStore: createMemoryAccountStore() })
  follower = followChat(serverApi, { chatId, outbox })
  await tick()
})

afterEach(() => {
  follower.stop()
  vi.useRealTimers()
})

function serverApiOfModel(): ServerApi {
  return fakeServerApi({
    connection: createStore<ConnectionState>({ kind: 'online', via: 'socket' }),
    page: async (input) => page(input),
    followChat: (_input, handlers) => follow(handlers),
    sendBatch: async ({ items }) => ({
      items: items.map(({ clientMsgId }) => ({ clientMsgId, message: oldMessage(clientMsgId), duplicate: true })),
    }),
  })
}

function page({ beforeSeq = length + 1, limit }: { beforeSeq?: number; limit: number }): PageOutput {
  const fault = faults.shift()
  if (fault !== undefined) throw fault
  const none = { client: 0, operator: 0 }
  const from = Math.max(1, beforeSeq - limit)
  const entries = server.slice(from).filter((entry) => entry.seq < beforeSeq)
  return { entries, cursor: `e:${beforeSeq - 1}`, hasMore: from > 1, read: none, delivered: none }
}

function follow({ frame }: Parameters<ServerApi['followChat']>[1]): () => void {
  streams += 1
  frame(`e:${length}`, { t: 'live', top: length })
  return () => {}
}

function oldMessage(clientMsgId: string): Message {
  const fixed = { chatId: 1, userId: 1, direction: 'in', type: 'text', text: 'x', status: 'new' }
  return messageSchema.parse({ ...fixed, id: 5, seq: 5, clientMsgId, createdAt: '2026-01-01T00:00:00.000Z' })
}

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

describe('followChat', () => {
  test('[SDK-2] an older page that the server cannot serve now is retried with backoff', async () => {
    faults = [new Error('The connection broke.'), new SdkError('unavailable')]
    let here = false
    void follower.loadOlder().then(() => {
      here = true
    })
    await tick()
    expect(faults).toHaveLength(1)
    expect(follower.getSnapshot()).toMatchObject({ status: 'live', loadingOlder: true })
    await tick(5_000)
    expect(here).toBe(true)
    expect(follower.getSnapshot()).toMatchObject({ loadingOlder: false })
    expect(follower.getSnapshot().entries).toHaveLength(100)
  })

  test('[SDK-2] an older page that is refused for good is not retried', async () => {
    faults = [new SdkError('not_found'), new SdkError('not_found')]
    await follower.loadOlder()
    await tick(60_000)
    expect(faults).toHaveLength(1)
    expect(follower.getSnapshot()).toMatchObject({ loadingOlder: false, hasMore: true })
  })

  test('[SDK-2] a stopped follower requests nothing more', async () => {
    faults = [new Error('The connection broke.'), new Error('The connection broke.')]
    const older = follower.loadOlder()
    await tick()
    follower.stop()
    await older
    expect(vi.getTimerCount()).toBe(0)
    expect(faults).toHaveLength(1)
    expect(streams).toBe(1)
  })

  test('[SDK-3] a message that turns out to be stored far above is not shown as pending', async () => {
    follower.send('x', { clientMsgId: 'sent-long-ago' })
    expect(follower.getSnapshot().pending).toHaveLength(1)
    await tick()
    expect(follower.getSnapshot().pending).toEqual([])
  })
})
