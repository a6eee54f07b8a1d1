import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ConnectionEvent, type ConnectionState, nextConnectionState } from './connection-state.ts'

const events: fc.Arbitrary<ConnectionEvent> = fc.oneof(
  fc.record({ t: fc.constant('waiting' as const), attempt: fc.nat(9), retryAt: fc.nat() }),
  fc.record({ t: fc.constantFrom('attempting' as const, 'lost' as const, 'renewed' as const) }),
  fc.record({ t: fc.constant('opened' as const), via: fc.constantFrom('socket' as const, 'http' as const) }),
  fc.record({
    t: fc.constant('ended' as const),
    reason: fc.constantFrom('unauthenticated' as const, 'closed' as const),
  }),
)

function play(moves: readonly ConnectionEvent[]): ConnectionState {
  return moves.reduce(nextConnectionState, { kind: 'idle' })
}

describe('nextConnectionState', () => {
  test('[SDK-4] a lost connection waits, retries and is online again', () => {
    const wait: ConnectionEvent = { t: 'waiting', attempt: 0, retryAt: 5 }
    expect(play([{ t: 'attempting' }])).toEqual({ kind: 'connecting' })
    expect(play([{ t: 'attempting' }, { t: 'opened', via: 'socket' }])).toEqual({ kind: 'online', via: 'socket' })
    expect(play([{ t: 'attempting' }, { t: 'opened', via: 'socket' }, { t: 'lost' }, wait])).toEqual({
      kind: 'waiting',
      attempt: 0,
      retryAt: 5,
    })
    expect(play([{ t: 'attempting' }, wait, { t: 'attempting' }, { t: 'opened', via: 'socket' }])).toEqual({
      kind: 'online',
      via: 'socket',
    })
  })

  test('[SDK-4] while a socket is open, attempts to replace it do not change the state', () => {
    const online = play([{ t: 'attempting' }, { t: 'opened', via: 'socket' }])
    expect(nextConnectionState(online, { t: 'waiting', attempt: 0, retryAt: 1 })).toBe(online)
    expect(nextConnectionState(online, { t: 'attempting' })).toBe(online)
  })

  test('[SDK-6] an ended session stays ended, whatever happens, until a new one begins', () => {
    fc.assert(
      fc.property(fc.array(events), fc.array(events), (before, after) => {
        const ended = play([
          ...before.filter((event) => event.t !== 'ended'),
          { t: 'ended', reason: 'unauthenticated' },
        ])
        const noise = after.filter((event) => event.t !== 'renewed')
        expect(noise.reduce(nextConnectionState, ended)).toBe(ended)
        expect(nextConnectionState(ended, { t: 'renewed' })).toEqual({ kind: 'idle' })
      }),
    )
  })

  test('[SDK-6] a closed sdk stays closed', () => {
    fc.assert(
      fc.property(fc.array(events), (after) => {
        const closed = play([{ t: 'ended', reason: 'closed' }])
        expect(after.reduce(nextConnectionState, closed)).toBe(closed)
      }),
    )
  })
})
