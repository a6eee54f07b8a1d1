import type { Hub } from './hub.ts'
import type { StreamWait } from './stream-wait.ts'

export type StreamOptions = {
  signal: AbortSignal
  /** Back-pressure: awaited before each frame. */
  ready?: (() => Promise<void> | void) | undefined
  /** True while so much waits for the reader that what nobody misses is left out. */
  isBusy?: (() => boolean) | undefined
}

/** One reader of a chat or of an inbox. */
export type Follower<S> = {
  next(): Promise<S>
  /** What may really be sent in place of this frame, now that sending is possible; null for nothing. */
  confirm(step: S): S | null
}

export type Gate = { hub: Hub; wait: StreamWait; ready: StreamOptions['ready'] }

/** The frames of a follower, each held back until the reader takes it and this process knows that it still holds. */
export async function* gatedFrames<S>(follower: Follower<S>, { hub, wait, ready }: Gate): AsyncGenerator<S, never> {
  for (;;) {
    const step = await follower.next()
    if (ready !== undefined) await wait.until(Promise.resolve(ready()))
    if (!hub.isTrusted) await wait.until(hub.trusted())
    const confirmed = follower.confirm(step)
    if (confirmed !== null) yield confirmed
  }
}
