/**
 * Calls `onWake` when a page may have slept or changed its network: it comes back to the front, out of the
 * browser's cache, or online. Outside of a page nothing ever happens. Returns how to stop.
 */
export function watchPage(onWake: () => void): () => void {
  const page = readGlobal('document')
  const onVisible = () => {
    if (page !== null && 'visibilityState' in page && page.visibilityState === 'visible') onWake()
  }
  const stops = [
    listen(readGlobal('window'), 'online', onWake),
    listen(readGlobal('window'), 'pageshow', onWake),
    listen(page, 'visibilitychange', onVisible),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** Does this program run in a page, so that the browser keeps its cookies? */
export function isPage(): boolean {
  return readGlobal('document') !== null
}

function listen(target: EventTarget | null, type: string, listener: () => void): () => void {
  target?.addEventListener(type, listener)
  return () => target?.removeEventListener(type, listener)
}

function readGlobal(name: string): EventTarget | null {
  const value: unknown = Reflect.get(globalThis, name)
  return isEventTarget(value) ? value : null
}

function isEventTarget(value: unknown): value is EventTarget {
  return typeof value === 'object' && value !== null && 'addEventListener' in value
}
