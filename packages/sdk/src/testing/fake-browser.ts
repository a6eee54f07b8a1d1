import type { LockWish, TabBrowser, TabChannel, TabLocks } from '../tabs/tab-browser.ts'

type Waiting = { readonly tab: FakeTab; grant(): void }

/** Locks and channels of one browser, for tests. The test decides when messages arrive. */
export class FakeBrowser {
  readonly #held = new Map<string, FakeTab>()
  readonly #queues = new Map<string, Waiting[]>()
  readonly #channels = new Set<FakeChannel>()
  readonly #schedule: (deliver: () => Promise<void>) => void

  /** Without `schedule` a message arrives in the next microtask. */
  constructor(schedule: (deliver: () => Promise<void>) => void = (deliver) => void Promise.resolve().then(deliver)) {
    this.#schedule = schedule
  }

  openTab(): FakeTab {
    return new FakeTab(this)
  }

  /** The holder of a lock, for assertions. */
  holderOf(name: string): FakeTab | null {
    return this.#held.get(name) ?? null
  }

  async lock(tab: FakeTab, name: string, { ifAvailable, signal }: LockWish): Promise<boolean> {
    await Promise.resolve()
    if (signal?.aborted) throw signal.reason
    if (!this.#held.has(name)) {
      this.#held.set(name, tab)
      return true
    }
    if (ifAvailable) return false
    await this.#queue(tab, name, signal)
    return true
  }

  free(tab: FakeTab, name: string): void {
    if (this.#held.get(name) !== tab) return
    this.#held.delete(name)
    const next = this.#queues.get(name)?.shift()
    if (next === undefined) return
    this.#held.set(name, next.tab)
    next.grant()
  }

  /** The tab is gone, whatever it was doing. */
  kill(tab: FakeTab): void {
    for (const [name, queue] of this.#queues)
      this.#queues.set(
        name,
        queue.filter((waiting) => waiting.tab !== tab),
      )
    for (const channel of [...this.#channels]) if (channel.tab === tab) channel.close()
    for (const [name, holder] of [...this.#held]) if (holder === tab) this.free(tab, name)
  }

  open(channel: FakeChannel): void {
    this.#channels.add(channel)
  }

  close(channel: FakeChannel): void {
    this.#channels.delete(channel)
  }

  /** Sends to all others of that name which are open now; each receives the messages of one tab in order. */
  say(from: FakeChannel, message: unknown): void {
    const copy: unknown = structuredClone(message)
    for (const channel of this.#channels) {
      if (channel !== from && channel.name === from.name) channel.enqueue(copy)
    }
    this.#schedule(async () => {
      for (const channel of [...this.#channels]) channel.deliver()
    })
  }

  #queue(tab: FakeTab, name: string, signal: AbortSignal | undefined): Promise<void> {
    const queue = this.#queues.get(name) ?? []
    this.#queues.set(name, queue)
    return new Promise((resolve, reject) => {
      const waiting = { tab, grant: resolve }
      queue.push(waiting)
      signal?.addEventListener('abort', () => {
        const place = queue.indexOf(waiting)
        if (place >= 0) queue.splice(place, 1)
        reject(signal.reason)
      })
    })
  }
}

/** One tab: its view of the browser, and how it is frozen, hidden and killed. */
export class FakeTab implements TabBrowser {
  frozen = false
  dead = false
  readonly locks: TabLocks
  readonly #browser: FakeBrowser
  #page = { hidden: () => {}, restored: () => {} }

  constructor(browser: FakeBrowser) {
    this.#browser = browser
    this.locks = { request: (name, wish, held) => this.#request(name, wish, held) }
  }

  openChannel(name: string): TabChannel {
    return new FakeChannel(this, this.#browser, name)
  }

  watchPage(page: { hidden(): void; restored(): void }): () => void {
    this.#page = page
    return () => {}
  }

  hide(): void {
    this.#page.hidden()
  }

  restore(): void {
    this.#page.restored()
  }

  kill(): void {
    this.dead = true
    this.#browser.kill(this)
  }

  async #request(name: string, wish: LockWish, held: (lock: object | null) => Promise<void>): Promise<void> {
    const granted = await this.#browser.lock(this, name, wish)
    if (this.dead) return
    await held(granted ? { name } : null)
    if (granted) this.#browser.free(this, name)
  }
}

export class FakeChannel implements TabChannel {
  readonly name: string
  readonly tab: FakeTab
  readonly #browser: FakeBrowser
  readonly #inbox: unknown[] = []
  #listener: (message: unknown) => void = () => {}

  constructor(tab: FakeTab, browser: FakeBrowser, name: string) {
    this.tab = tab
    this.name = name
    this.#browser = browser
    browser.open(this)
  }

  post(message: unknown): void {
    if (!this.tab.dead) this.#browser.say(this, message)
  }

  listen(listener: (message: unknown) => void): void {
    this.#listener = listener
  }

  close(): void {
    this.#browser.close(this)
  }

  enqueue(message: unknown): void {
    this.#inbox.push(message)
  }

  /** A frozen tab receives its messages when it resumes. */
  deliver(): void {
    while (!this.tab.frozen && !this.tab.dead && this.#inbox.length > 0) this.#listener(this.#inbox.shift())
  }
}
