import { watchClock } from './watch-clock.ts'

/** Why a page may have lost its line: it comes back to the front, is online again, or stood still. `offline`: it may be dead. */
export type WakeSign = 'front' | 'offline' | 'online' | 'slept'

/**
 * Calls `onWake` when a program may have slept or changed its network: a page comes back to the front, out of the
 * browser's cache, or online; or any program stood still. Returns how to stop.
 */
export function watchPage(onWake: (sign: WakeSign) => void): () => void {
  const page = readGlobal('document')
  const isHidden = () => page !== null && 'visibilityState' in page && page.visibilityState !== 'visible'
  const stops = [
    listenToPage('offline', () => onWake('offline')),
    listenToPage('online', () => onWake('online')),
    listenToPage('pageshow', () => onWake('front')),
    listen(page, 'visibilitychange', () => isHidden() || onWake('front')),
    // A hidden page has slow timers all the time.
    watchClock(() => isHidden() || onWake('slept')),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** Does this program run in a page, so that the browser keeps its cookies? */
export function isPage(): boolean {
  return readGlobal('document') !== null
}

/** The browser knows of no network at all. The opposite proves nothing. */
export function isOffline(): boolean {
  const navigator: unknown = Reflect.get(globalThis, 'navigator')
  return typeof navigator === 'object' && navigator !== null && Reflect.get(navigator, 'onLine') === false
}

/** Listens to an event of the page's window, if there is one. */
export function listenToPage(type: string, listener: (event: Event) => void): () => void {
  return listen(readGlobal('window'), type, listener)
}

function listen(target: EventTarget | null, type: string, listener: (event: Event) => void): () => void {
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
