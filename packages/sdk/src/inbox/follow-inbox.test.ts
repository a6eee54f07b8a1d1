import type { InboxFrame } from '@deskbell/contract/inbox'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createStore, type Writable } from '../base/store.ts'
import type { ServerApi, StreamHandlers } from '../server-api.ts'
import type { ConnectionState } from '../socket/connection-state.ts'
import { fakeServerApi } from '../testing/fake-server-api.ts'
import { followInbox } from './follow-inbox.ts'
import type { InboxFollower } from './inbox.ts'

/** A stream that was opened, and its start position. */
type Stream = { readonly from: string | undefined; readonly tell: StreamHandlers<InboxFrame> }

let connection: Writable<ConnectionState>
let streams: Stream[]
let inbox: InboxFollower
let listening: number

beforeEach(() => {
  vi.useFakeTimers()
  connection = createStore<ConnectionState>({ kind: 'online', via: 'socket' })
  listening = 0
  const watched: ServerApi['connection'] = {
    getSnapshot: connection.getSnapshot,
    subscribe: (listener) => {
      const stop = connection.subscribe(listener)
      listening += 1
      return () => {
        stop()
        listening -= 1
      }
    },
  }
  streams = []
  const follow: ServerApi['followInbox'] = ({ lastEventId }, tell) => {
    streams.push({ from: lastEventId, tell })
    return () => {}
  }
  inbox = followInbox(fakeServerApi({ connection: watched, followInbox: follow }))
})

afterEach(() => {
  inbox.stop()
  vi.useRealTimers()
})

function newest(): Stream {
  const stream = streams.at(-1)
  if (stream === undefined) throw new Error('Nothing is followed.')
  return stream
}

const tick = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('followInbox', () => {
  test('[SDK-4] a stream that the server cannot serve now is reopened from the last frame', async () => {
    newest().tell.ended('unavailable', 0)
    await tick(1_000)
    expect(streams).toHaveLength(2)
    newest().tell.frame('e:7', { t: 'live' })
    expect(inbox.getSnapshot().status).toBe('live')
    newest().tell.ended('internal', 3_000)
    expect(inbox.getSnapshot().status).toBe('catching-up')
    await tick(2_900)
    expect(streams).toHaveLength(2)
    await tick(200)
    expect(streams.map(({ from }) => from)).toEqual([undefined, undefined, 'e:7'])
  })

  test('[SDK-5] after a reset the stream starts without a position', () => {
    newest().tell.frame('e:7', { t: 'reset' })
    expect(streams.map(({ from }) => from)).toEqual([undefined, undefined])
    expect(inbox.getSnapshot()).toMatchObject({ status: 'catching-up', generation: 1 })
  })

  test('[SDK-6] a refused inbox waits for another session', async () => {
    newest().tell.ended('unauthenticated', 0)
    await tick(60_000)
    expect(streams).toHaveLength(1)
    expect(inbox.getSnapshot().status).toBe('failed')
    connection.set({ kind: 'idle' })
    expect(streams).toHaveLength(2)
  })

  test('[SDK-2] a stopped inbox no longer listens to the connection', async () => {
    newest().tell.ended('unauthenticated', 0)
    inbox.stop()
    connection.set({ kind: 'idle' })
    expect(streams).toHaveLength(1)
    expect(listening).toBe(0)
  })

  test('[SDK-2] a stopped inbox opens nothing more', async () => {
    newest().tell.ended('unavailable', 0)
    inbox.stop()
    await tick(60_000)
    expect(streams).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})
