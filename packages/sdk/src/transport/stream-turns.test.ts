import type { Operation } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { StreamTurns } from './stream-turns.ts'
import type { Results } from './transport.ts'

let open: Operation[]
let most: number

beforeEach(() => {
  vi.useFakeTimers()
  open = []
  most = 0
})

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

/** A stream that sends one frame after the position that it is opened from. */
function stream(op: Operation): Results {
  return observable((observer) => {
    open.push(op)
    most = Math.max(most, open.length)
    const from = JSON.stringify(op.input).match(/"lastEventId":"e:(\d+)"/)?.[1] ?? '0'
    observer.next({ result: { type: 'data', id: `e:${Number(from) + 1}`, data: op.id } })
    return () => {
      open = open.filter((other) => other !== op)
    }
  })
}

function begin(count: number) {
  const turns = new StreamTurns()
  return Array.from({ length: count }, (_, id) => {
    const received: unknown[] = []
    const op: Operation = { id, type: 'subscription', path: 'chats.events', input: {}, context: {}, signal: null }
    const running = turns.run(op, stream).subscribe({
      next: ({ result }) => 'id' in result && received.push(result.id),
    })
    return { received, stop: () => running.unsubscribe() }
  })
}

describe('StreamTurns', () => {
  test('[SDK-15] over HTTP at most four streams are open, and more take turns, each from its last frame', () => {
    const streams = begin(6)
    expect(most).toBe(4)
    vi.advanceTimersByTime(30_000)
    expect(most).toBe(4)
    for (const { received } of streams) {
      expect(received.length).toBeGreaterThan(1)
      expect(received).toEqual(received.map((_, index) => `e:${index + 1}`))
    }
    for (const { stop } of streams) stop()
    expect(open).toEqual([])
  })

  test('[SDK-15] four streams do not take turns', () => {
    const streams = begin(4)
    vi.advanceTimersByTime(30_000)
    expect(streams.map(({ received }) => received)).toEqual([['e:1'], ['e:1'], ['e:1'], ['e:1']])
    for (const { stop } of streams) stop()
  })
})
