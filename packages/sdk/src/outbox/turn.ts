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
  const held = Promise.withResolvers<void>()
  const taken = Promise.withResolvers<void>()
  const timer = setTimeout(() => taken.resolve(), turnWaitMs)
  const hold = () => {
    clearTimeout(timer)
    taken.resolve()
    return held.promise
  }
  locks.request(name, { signal: leaving.signal }, hold).catch(() => taken.resolve())
  const end = () => {
    clearTimeout(timer)
    held.resolve()
    leaving.abort()
  }
  return { taken: taken.promise, end }
}
