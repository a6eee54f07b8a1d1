/** A promise and the functions that settle it. `Promise.withResolvers` is newer than some supported browsers. */
export function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (reason: unknown) => void } {
  let settle: { resolve: (value: T) => void; reject: (reason: unknown) => void } | undefined
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject }
  })
  if (settle === undefined) throw new Error('A promise calls its executor at once.')
  return { promise, ...settle }
}

/**
 * Makes a call with a signal that aborts after `ms`. The timer ends with the call, and does not keep a Node process alive.
 */
export async function withTimeout<T>(ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new DOMException('The time is over.', 'TimeoutError')), ms)
  doNotHoldProcess(timer)
  try {
    return await call(controller.signal)
  } finally {
    clearTimeout(timer)
  }
}

/** Lets a Node process end while this timer is pending. In a page a timer is a number. */
export function doNotHoldProcess(timer: ReturnType<typeof setTimeout>): void {
  if (typeof timer === 'object') timer.unref()
}
