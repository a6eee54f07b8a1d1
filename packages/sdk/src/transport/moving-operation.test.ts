import type { Operation } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { beforeEach, describe, expect, test } from 'vitest'
import { createStore, type Writable } from '../base/store.ts'
import { MovingOperation } from './moving-operation.ts'
import type { ResultObserver, Transport } from './transport.ts'

type Run = { op: Operation; observer: ResultObserver; stopped: boolean }

class FakeTransport implements Transport {
  readonly runs: Run[] = []
  readonly #then: 'finish' | 'repeat' | 'fail'

  constructor(then: 'finish' | 'repeat' | 'fail' = 'finish') {
    this.#then = then
  }

  run(op: Operation) {
    return observable((observer: ResultObserver) => {
      const run = { op, observer, stopped: false }
      this.runs.push(run)
      return () => {
        run.stopped = true
      }
    }) satisfies ReturnType<Transport['run']>
  }

  leave() {
    return this.#then
  }

  get last(): Run {
    const run = this.runs.at(-1)
    if (run === undefined) throw new Error('Nothing has run here.')
    return run
  }
}

let transports: Writable<Transport | null>
let received: unknown[]

beforeEach(() => {
  transports = createStore<Transport | null>(null)
  received = []
})

function start(type: Operation['type'], signal: AbortSignal | null = null): MovingOperation {
  const op: Operation = { id: 1, type, path: 'chats.events', input: { chatId: 1, cursor: 'e:3' }, context: {}, signal }
  const observer: ResultObserver = {
    next: ({ result }) => received.push(result),
    error: () => received.push('failed'),
    complete: () => received.push('done'),
  }
  return new MovingOperation(transports, { op, observer })
}

describe('MovingOperation', () => {
  test('[SDK-15] a stream waits for a transport, and resumes on another one from its last frame', () => {
    start('subscription')
    const [one, two] = [new FakeTransport(), new FakeTransport()]
    transports.set(one)
    expect(one.last.op.input).toEqual({ chatId: 1, cursor: 'e:3' })
    one.last.observer.next({ result: { type: 'data', id: 'e:4', data: 'four' } })
    transports.set(two)
    expect(one.last.stopped).toBe(true)
    expect(two.last.op.input).toEqual({ chatId: 1, cursor: 'e:3', lastEventId: 'e:4' })
    one.last.observer.next({ result: { type: 'data', id: 'e:5', data: 'late' } })
    expect(received).toHaveLength(2)
    expect(received.at(-1)).toMatchObject({ type: 'state', state: 'connecting' })
  })

  test('[SDK-15] a call finishes where it is, is repeated, or fails, as its transport says', () => {
    start('mutation')
    const finishes = new FakeTransport('finish')
    transports.set(finishes)
    transports.set(new FakeTransport())
    finishes.last.observer.next({ result: { data: 1 } })
    finishes.last.observer.complete()
    expect(received).toEqual([{ data: 1 }, 'done'])

    received.length = 0
    transports.set(new FakeTransport('repeat'))
    start('mutation')
    const again = new FakeTransport('fail')
    transports.set(again)
    expect(again.runs).toHaveLength(1)
    transports.set(new FakeTransport())
    expect(received).toEqual(['failed'])
    expect(again.last.stopped).toBe(true)
  })

  test('[SDK-15] an operation that was aborted or stopped does not start any more', () => {
    const transport = new FakeTransport()
    const ended = new AbortController()
    start('query', ended.signal)
    ended.abort()
    expect(received).toEqual(['done'])
    start('subscription').stop()
    transports.set(transport)
    expect(transport.runs).toHaveLength(0)
  })
})
