import type { AppRouter } from '@deskbell/api/router'
import type { TRPCClient } from '@trpc/client'
import { describe, expect, test, vi } from 'vitest'
import { toChatId } from './base/ids.ts'
import { createServerApi, type ServerApi } from './server-api.ts'
import { fakeServerApi } from './testing/fake-server-api.ts'

type Callbacks = { onData(tracked: { id: string; data: unknown }): void }

/** A server whose streams send what the test gives. */
function lyingServer(): { serverApi: ServerApi; send: (frame: unknown) => void } {
  let callbacks: Callbacks | undefined
  const subscribe = (_input: unknown, given: Callbacks) => {
    callbacks = given
    return { unsubscribe: () => {} }
  }
  const client = { chats: { events: { subscribe } }, inbox: { events: { subscribe } } }
  const rest = fakeServerApi({
    connection: { getSnapshot: () => ({ kind: 'online', via: 'socket' }), subscribe: () => () => {} },
  })
  const serverApi = createServerApi(client as unknown as TRPCClient<AppRouter>, rest)
  return { serverApi, send: (data) => callbacks?.onData({ id: 'e:1', data }) }
}

function handlers() {
  return { frame: vi.fn(), lost: vi.fn(), ended: vi.fn() }
}

const entry = { seq: 2, at: '', actor: null, kind: 'message', message: { id: 1, userId: 1, text: 'a' } }
const chatId = toChatId(1)

describe('a stream whose frames cannot be read', () => {
  test.each([
    null,
    'ev',
    {},
    { t: 5 },
    { t: 'ev' },
    { t: 'ev', events: null },
    { t: 'ev', events: { length: 1e9 } },
    { t: 'ev', events: [null] },
    { t: 'ev', events: [{ ...entry, seq: '2' }] },
    { t: 'ev', events: [{ ...entry, seq: 2 ** 60 }] },
    { t: 'ev', events: [{ ...entry, message: undefined }] },
    { t: 'ev', events: [{ ...entry, message: { text: {} } }] },
    { t: 'ev', events: [{ ...entry, kind: 'edited' }] },
    { t: 'ev', events: [{ ...entry, kind: 'retracted' }] },
  ])('[SDK-41] a chat that gets %j is followed again, and nothing throws', (frame) => {
    const { serverApi, send } = lyingServer()
    const seen = handlers()
    serverApi.followChat({ chatId, cursor: 'e:0' }, seen)
    send(frame)
    send({ t: 'hb', top: 1 })
    expect(seen.frame).not.toHaveBeenCalled()
    expect(seen.ended.mock.calls).toEqual([[null, 0]])
  })

  test.each([undefined, { t: 'upsert', rows: null }, { t: 'upsert', rows: [null] }, { t: 'upsert', rows: [{}] }])(
    '[SDK-41] an inbox that gets %j is followed again, and nothing throws',
    (frame) => {
      const { serverApi, send } = lyingServer()
      const seen = handlers()
      serverApi.followInbox({}, seen)
      send(frame)
      expect(seen.frame).not.toHaveBeenCalled()
      expect(seen.ended.mock.calls).toEqual([[null, 0]])
    },
  )

  test.each([
    { t: 'ev', events: [entry] },
    { t: 'ev', events: [{ seq: 2, kind: 'of a newer server' }] },
    { t: 'newer' },
  ])('[SDK-41] %j is read', (frame) => {
    const { serverApi, send } = lyingServer()
    const seen = handlers()
    serverApi.followChat({ chatId, cursor: 'e:0' }, seen)
    send(frame)
    expect(seen.frame.mock.calls).toEqual([['e:1', frame]])
    expect(seen.ended).not.toHaveBeenCalled()
  })
})
