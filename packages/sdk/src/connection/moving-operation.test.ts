import type { Operation } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { beforeEach, describe, expect, test } from 'vitest'
import { createStore, type Writable } from '../store.ts'
import { MovingOperation } from './moving-operation.ts'
import type { ResultObserver, Route } from './route.ts'

type Run = { op: Operation; observer: ResultObserver; stopped: boolean }

class FakeRoute implements Route {
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
    }) satisfies ReturnType<Route['run']>
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

let routes: Writable<Route | null>
let heard: unknown[]

beforeEach(() => {
  routes = createStore<Route | null>(null)
  heard = []
})

function start(type: Operation['type'], signal: AbortSignal | null = null): MovingOperation {
  const op: Operation = { id: 1, type, path: 'chats.events', input: { chatId: 1, cursor: 'e:3' }, context: {}, signal }
  const observer: ResultObserver = {
    next: ({ result }) => heard.push(result),
    error: () => heard.push('failed'),
    complete: () => heard.push('done'),
  }
  return new MovingOperation(routes, { op, observer })
}

describe('MovingOperation', () => {
  test('[SDK-15] a stream waits for a route, and goes on elsewhere from its last frame', () => {
    start('subscription')
    const [one, two] = [new FakeRoute(), new FakeRoute()]
    routes.set(one)
    expect(one.last.op.input).toEqual({ chatId: 1, cursor: 'e:3' })
    one.last.observer.next({ result: { type: 'data', id: 'e:4', data: 'four' } })
    routes.set(two)
    expect(one.last.stopped).toBe(true)
    expect(two.last.op.input).toEqual({ chatId: 1, cursor: 'e:3', lastEventId: 'e:4' })
    one.last.observer.next({ result: { type: 'data', id: 'e:5', data: 'late' } })
    expect(heard).toHaveLength(2)
    expect(heard.at(-1)).toMatchObject({ type: 'state', state: 'connecting' })
  })

  test('[SDK-15] a call finishes where it is, is done again, or fails, as its route says', () => {
    start('mutation')
    const finishes = new FakeRoute('finish')
    routes.set(finishes)
    routes.set(new FakeRoute())
    finishes.last.observer.next({ result: { data: 1 } })
    finishes.last.observer.complete()
    expect(heard).toEqual([{ data: 1 }, 'done'])

    heard.length = 0
    routes.set(new FakeRoute('repeat'))
    start('mutation')
    const again = new FakeRoute('fail')
    routes.set(again)
    expect(again.runs).toHaveLength(1)
    routes.set(new FakeRoute())
    expect(heard).toEqual(['failed'])
    expect(again.last.stopped).toBe(true)
  })

  test('[SDK-15] what was given up does not begin any more, nor say anything', () => {
    const route = new FakeRoute()
    const ended = new AbortController()
    start('query', ended.signal)
    ended.abort()
    expect(heard).toEqual(['done'])
    start('subscription').stop()
    routes.set(route)
    expect(route.runs).toHaveLength(0)
  })
})
