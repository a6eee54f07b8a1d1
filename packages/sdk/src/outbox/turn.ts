import { deferred } from '../timers.ts'
import type { Locks } from './browser.ts'

/** A tab's turn to send the messages of one chat. */
export type Turn = {
  /** Resolves when it is this tab's turn. */
  readonly taken: Promise<void>
  /** Lets the next tab go, or leaves the line. */
  end(): void
}

/** A tab may be frozen in its turn. After this the others go ahead: the server takes each message only once anyway. */
const turnWaitMs = 10_000

/** One tab at a time, in the order in which they ask. Without Web Locks it is everybody's turn. */
export function takeTurn(locks: Locks | null, name: string): Turn {
  if (locks === null) return { taken: Promise.resolve(), end: () => {} }
  const leaving = new AbortController()
  const held = deferred<void>()
  const taken = deferred<void>()
  const timer = setTimeout(() => taken.resolve(undefined), turnWaitMs)
  const hold = () => {
    clearTimeout(timer)
    taken.resolve(undefined)
    return held.promise
  }
  locks.request(name, { signal: leaving.signal }, hold).catch(() => taken.resolve(undefined))
  const end = () => {
    clearTimeout(timer)
    held.resolve(undefined)
    leaving.abort()
  }
  return { taken: taken.promise, end }
}
