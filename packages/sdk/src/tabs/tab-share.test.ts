import type { Operation } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createStore } from '../base/store.ts'
import type { ConnectionState } from '../socket/connection-state.ts'
import { FakeBrowser, type FakeTab } from '../testing/fake-browser.ts'
import type { ResultObserver, Transport } from '../transport/transport.ts'
import { type TabRole, TabShare } from './tab-share.ts'

const name = 'sharedChannel'
const online: ConnectionState = { kind: 'online', via: 'socket' }

/** A tab with a connection that the test controls. */
class Person {
  readonly tab: FakeTab
  readonly share: TabShare
  readonly running: { op: Operation; observer: ResultObserver; stopped: boolean }[] = []
  readonly state = createStore<ConnectionState>(online)
  readonly asked: string[] = []

  constructor(browser: FakeBrowser, id: string) {
    this.tab = browser.openTab()
    const transport: Transport = {
      run: (op) =>
        observable((observer) => {
          const running = { op, observer, stopped: false }
          this.running.push(running)
          return () => {
            running.stopped = true
          }
        }),
      leave: () => 'finish',
    }
    const connection = {
      state: this.state,
      transport,
      retryNow: () => void this.asked.push('retry'),
      wake: () => void this.asked.push('wake'),
    }
    this.share = new TabShare({ browser: this.tab, name, tab: id, connection }, null)
  }

  get role(): TabRole['kind'] {
    return this.share.role.getSnapshot().kind
  }

  /** Runs an operation at the leader, and records its results. */
  ask(type: Operation['type'], path = 'chats.page') {
    const role = this.share.role.getSnapshot()
    if (role.kind !== 'following') throw new Error(`It is ${role.kind}.`)
    const received: unknown[] = []
    const op: Operation = { id: 1, type, path, input: { chatId: 1 }, context: {}, signal: null }
    const subscription = role.follower.transport.run(op).subscribe({
      next: ({ result }) => received.push(result),
      error: (error) => received.push(error),
      complete: () => received.push('done'),
    })
    return { received, stop: () => subscription.unsubscribe() }
  }
}

let browser: FakeBrowser
const people: Person[] = []

beforeEach(() => {
  vi.useFakeTimers()
  browser = new FakeBrowser()
})

afterEach(() => {
  for (const person of people.splice(0)) person.share.stop()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

async function open(count: number): Promise<Person[]> {
  const opened: Person[] = []
  for (let each = 0; each < count; each += 1) {
    opened.push(new Person(browser, `tab-${people.length + each}`))
    await tick()
  }
  people.push(...opened)
  return opened
}

const roles = () => people.map(({ role }) => role)

describe('TabShare', () => {
  test('[SDK-14] a tab that already holds the lock leads at once', async () => {
    const [first] = await open(1)
    const connection = {
      state: createStore(online),
      transport: { run: () => observable(() => {}), leave: () => 'finish' as const },
    }
    const asks = { retryNow: () => {}, wake: () => {} }
    const share = new TabShare(
      { browser: browser.openTab(), name: 'other', tab: 'b', connection: { ...connection, ...asks } },
      () => {},
    )
    expect(share.role.getSnapshot().kind).toBe('leading')
    await tick()
    expect([share.role.getSnapshot().kind, first?.role]).toEqual(['leading', 'leading'])
    share.stop()
  })

  test('[SDK-14] the first tab leads, the others follow it and see its state', async () => {
    const [first, second] = await open(3)
    expect(roles()).toEqual(['leading', 'following', 'following'])
    const role = second?.share.role.getSnapshot()
    expect(role?.kind === 'following' && role.follower.state.getSnapshot()).toEqual(online)
    first?.state.set({ kind: 'waiting', attempt: 0, retryAt: Date.now() + 500 })
    await tick()
    expect(role?.kind === 'following' && role.follower.state.getSnapshot().kind).toBe('waiting')
    await tick(1_600)
    expect(first?.asked).toContain('retry')
  })

  test('[SDK-14] calls and streams of a follower run at the leader, and their results come back', async () => {
    const [first, second] = await open(2)
    const call = second?.ask('query')
    await tick()
    first?.running[0]?.observer.next({ result: { data: 7 } })
    first?.running[0]?.observer.complete()
    const stream = second?.ask('subscription')
    await tick()
    first?.running[1]?.observer.next({ result: { type: 'state', state: 'connecting', error: null } })
    first?.running[1]?.observer.next({ result: { type: 'data', id: 'e:1', data: {} } })
    await tick()
    expect(call?.received).toEqual([{ data: 7 }, 'done'])
    expect(stream?.received).toHaveLength(2)
    stream?.stop()
    await tick()
    expect(first?.running[1]?.stopped).toBe(true)
  })

  test('[SDK-14] when the leader dies the next tab takes over, and the others follow it', async () => {
    const [first, , third] = await open(3)
    first?.tab.kill()
    await tick()
    expect(roles().slice(1)).toEqual(['leading', 'following'])
    third?.ask('query')
    await tick()
    expect(people[1]?.running).toHaveLength(1)
  })

  test('[SDK-14] a leader that stops hands over at once', async () => {
    const [first] = await open(3)
    first?.share.stop()
    await tick()
    expect(roles()).toEqual(['apart', 'leading', 'following'])
  })

  test('[SDK-14] operations of a tab that died are stopped', async () => {
    const [first, second] = await open(2)
    second?.ask('subscription')
    await tick()
    second?.tab.kill()
    await tick()
    expect(first?.running[0]?.stopped).toBe(true)
  })

  test('[SDK-14] followers of a suspended leader open their own connection after a few seconds', async () => {
    const [first, second] = await open(2)
    if (first === undefined || second === undefined) return
    second.ask('subscription')
    await tick(60_000)
    expect(second.role).toBe('following')
    first.tab.frozen = true
    await tick(10_000)
    expect(second.role).toBe('apart')
    const [late] = await open(1)
    await tick(3_100)
    expect(late?.role).toBe('apart')
  })

  test('[SDK-14] a tab for which the leader has no room opens its own connection', async () => {
    const [, second, third] = await open(3)
    for (let each = 0; each < 12; each += 1) second?.ask('subscription')
    await tick()
    third?.ask('subscription')
    await tick()
    expect(roles()).toEqual(['leading', 'following', 'apart'])
  })

  test('[SDK-14] a page that goes away stops leading, and follows when it comes back', async () => {
    const [first, second] = await open(2)
    first?.tab.hide()
    await tick()
    expect(second?.role).toBe('leading')
    first?.tab.restore()
    await tick()
    expect(roles()).toEqual(['following', 'leading'])
  })

  test('[SDK-16] a follower that wakes makes the leader check its connection', async () => {
    const [first, second] = await open(2)
    const role = second?.share.role.getSnapshot()
    if (role?.kind === 'following') role.follower.ping('wake')
    await tick()
    expect(first?.asked).toEqual(['wake'])
  })
})
