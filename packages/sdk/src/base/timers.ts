/** A promise and the functions that settle it. `Promise.withResolvers` is newer than some supported browsers. */
export function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (reason: unknown) => void } {
  let settle: { resolve: (value: T) => void; reject: (reason: unknown) => void } | undefined
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject }
  })
  if (settle === undefined) throw new Error('A promise calls its executor at once.')
  return { promise, ...settle }
}

/** Returns a signal that aborts after `ms`. It does not keep a Node process alive. */
export function timeoutSignal(ms: number): AbortSignal {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new DOMException('The time is over.', 'TimeoutError')), ms)
  doNotHoldProcess(timer)
  return controller.signal
}

/** Lets a Node process end while this timer is pending. In a page a timer is a number. */
export function doNotHoldProcess(timer: ReturnType<typeof setTimeout>): void {
  if (typeof timer === 'object') timer.unref()
}
