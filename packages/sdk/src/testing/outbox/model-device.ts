import type { Browser, Channel, Locks, TextStore } from '../../outbox/storage/browser.ts'
import { MemoryStorage } from '../../outbox/storage/memory-storage.ts'

/** A model of one browser for tests: what all tabs share, and what a tab loses when it dies. */
export class ModelDevice {
  readonly rows = new MemoryStorage()
  readonly #texts = new Map<string, string>()
  readonly #locks = new Map<string, LockRequest[]>()
  readonly #ears = new Map<string, Set<EventTarget>>()

  /** What one tab sees of the browser. After `die` the tab changes nothing any more. */
  openTab(): { browser: Browser; die(): void } {
    const life: Life = { isOver: false, onDeath: new Set() }
    const { texts, locks, channel } = {
      texts: this.#textsFor(life),
      locks: this.#locksFor(life),
      channel: this.#channelFor(life),
    }
    const die = () => {
      life.isOver = true
      for (const leave of life.onDeath) leave()
    }
    return { browser: { indexedDB: null, localStorage: texts, locks, BroadcastChannel: channel }, die }
  }

  #textsFor(life: Life): TextStore {
    const texts = this.#texts
    return {
      get length() {
        return texts.size
      },
      key: (index) => [...texts.keys()][index] ?? null,
      getItem: (key) => texts.get(key) ?? null,
      setItem: (key, text) => void (life.isOver || texts.set(key, text)),
      removeItem: (key) => void (life.isOver || texts.delete(key)),
    }
  }

  #locksFor(life: Life): Locks {
    return {
      request: (name, { signal }, hold) =>
        new Promise((resolve, reject) => {
          const queue = this.#locks.get(name) ?? []
          this.#locks.set(name, queue)
          const request: LockRequest = { hold, isHeld: false, leave: () => this.#leave(name, request, resolve) }
          queue.push(request)
          life.onDeath.add(request.leave)
          signal.addEventListener('abort', () => {
            if (request.isHeld) return
            request.leave()
            reject(signal.reason)
          })
          this.#grant(name)
        }),
    }
  }

  #leave(name: string, request: LockRequest, resolve: () => void): void {
    const queue = this.#locks.get(name) ?? []
    this.#locks.set(
      name,
      queue.filter((other) => other !== request),
    )
    resolve()
    this.#grant(name)
  }

  #grant(name: string): void {
    const first = this.#locks.get(name)?.[0]
    if (first === undefined || first.isHeld) return
    first.isHeld = true
    void first.hold().then(first.leave)
  }

  #channelFor(life: Life): Browser['BroadcastChannel'] {
    const ears = this.#ears
    return class extends EventTarget implements Channel {
      readonly #room: Set<EventTarget>

      constructor(name: string) {
        super()
        this.#room = ears.get(name) ?? new Set()
        ears.set(name, this.#room.add(this))
        life.onDeath.add(() => this.close())
      }

      postMessage(data: unknown): void {
        const others = [...this.#room].filter((ear) => ear !== this)
        if (life.isOver) return
        for (const ear of others)
          ear.dispatchEvent(Object.assign(new Event('message'), { data: structuredClone(data) }))
      }

      close(): void {
        this.#room.delete(this)
      }
    }
  }
}

type Life = { isOver: boolean; readonly onDeath: Set<() => void> }
type LockRequest = { readonly hold: () => Promise<void>; isHeld: boolean; leave(): void }
