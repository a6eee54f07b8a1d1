import type { Operation } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ConnectionState } from '../connection/connection-state.ts'
import type { ResultObserver, Route } from '../connection/route.ts'
import { createStore } from '../store.ts'
import { FakeBrowser, type FakeTab } from './fake-browser.ts'
import { type TabRole, TabShare } from './tab-share.ts'

const name = 'hall'
const online: ConnectionState = { kind: 'online', via: 'socket' }

/** A tab with a line that does what the test says. */
class Person {
  readonly tab: FakeTab
  readonly share: TabShare
  readonly running: { op: Operation; observer: ResultObserver; stopped: boolean }[] = []
  readonly state = createStore<ConnectionState>(online)
  readonly asked: string[] = []

  constructor(browser: FakeBrowser, id: string) {
    this.tab = browser.openTab()
    const route: Route = {
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
    const line = {
      state: this.state,
      route,
      retryNow: () => void this.asked.push('retry'),
      wake: () => void this.asked.push('wake'),
    }
    this.share = new TabShare({ browser: this.tab, name, tab: id, line }, null)
  }

  get role(): TabRole['kind'] {
    return this.share.role.getSnapshot().kind
  }

  /** Runs something at the host; keeps what comes of it. */
  ask(type: Operation['type'], path = 'chats.page') {
    const role = this.share.role.getSnapshot()
    if (role.kind !== 'following') throw new Error(`It is ${role.kind}.`)
    const heard: unknown[] = []
    const op: Operation = { id: 1, type, path, input: { chatId: 1 }, context: {}, signal: null }
    const subscription = role.guest.route.run(op).subscribe({
      next: ({ result }) => heard.push(result),
      error: (error) => heard.push(error),
      complete: () => heard.push('done'),
    })
    return { heard, stop: () => subscription.unsubscribe() }
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
  test('[SDK-14] a tab that has the lock already leads from the first moment', async () => {
    const [first] = await open(1)
    const line = {
      state: createStore(online),
      route: { run: () => observable(() => {}), leave: () => 'finish' as const },
    }
    const asks = { retryNow: () => {}, wake: () => {} }
    const share = new TabShare(
      { browser: browser.openTab(), name: 'other', tab: 'b', line: { ...line, ...asks } },
      () => {},
    )
    expect(share.role.getSnapshot().kind).toBe('leading')
    await tick()
    expect([share.role.getSnapshot().kind, first?.role]).toEqual(['leading', 'leading'])
    share.stop()
  })

  test('[SDK-14] the first tab leads, the others follow it and see its line', async () => {
    const [first, second] = await open(3)
    expect(roles()).toEqual(['leading', 'following', 'following'])
    const role = second?.share.role.getSnapshot()
    expect(role?.kind === 'following' && role.guest.state.getSnapshot()).toEqual(online)
    first?.state.set({ kind: 'waiting', attempt: 0, retryAt: Date.now() + 500 })
    await tick()
    expect(role?.kind === 'following' && role.guest.state.getSnapshot().kind).toBe('waiting')
    await tick(1_600)
    expect(first?.asked).toContain('retry')
  })

  test('[SDK-14] calls and streams of a follower run at the leader, and what comes of them comes back', async () => {
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
    expect(call?.heard).toEqual([{ data: 7 }, 'done'])
    expect(stream?.heard).toHaveLength(2)
    stream?.stop()
    await tick()
    expect(first?.running[1]?.stopped).toBe(true)
  })

  test('[SDK-14] when the leader dies the next tab takes over, and the others go to it', async () => {
    const [first, , third] = await open(3)
    first?.tab.kill()
    await tick()
    expect(roles().slice(1)).toEqual(['leading', 'following'])
    third?.ask('query')
    await tick()
    expect(people[1]?.running).toHaveLength(1)
  })

  test('[SDK-14] a leader that stops in good order hands over at once', async () => {
    const [first] = await open(3)
    first?.share.stop()
    await tick()
    expect(roles()).toEqual(['apart', 'leading', 'following'])
  })

  test('[SDK-14] what ran for a tab that died is stopped', async () => {
    const [first, second] = await open(2)
    second?.ask('subscription')
    await tick()
    second?.tab.kill()
    await tick()
    expect(first?.running[0]?.stopped).toBe(true)
  })

  test('[SDK-14] a leader that stands still costs a few seconds: then each follower has its own line', async () => {
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

  test('[SDK-14] a tab for which there is no room has its own line', async () => {
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

  test('[SDK-16] a follower that wakes has the line of the leader looked at', async () => {
    const [first, second] = await open(2)
    const role = second?.share.role.getSnapshot()
    if (role?.kind === 'following') role.guest.ping('wake')
    await tick()
    expect(first?.asked).toEqual(['wake'])
  })
})
