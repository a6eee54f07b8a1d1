import { fieldsOf } from './errors.ts'

/**
 * Why the connection may be dead: the page came to the front, is online again or `offline`, or the program was
 * suspended (`slept`).
 */
export type WakeSign = 'front' | 'offline' | 'online' | 'slept'

/**
 * Calls `onWake` when a page goes offline, comes online, to the front or out of the browser's cache, or when any
 * program was suspended. Returns a function that stops it.
 */
export function watchPage(onWake: (sign: WakeSign) => void): () => void {
  const page = readGlobal('document')
  const isHidden = () => page !== null && 'visibilityState' in page && page.visibilityState !== 'visible'
  const stops = [
    listenToPage('offline', () => onWake('offline')),
    listenToPage('online', () => onWake('online')),
    listenToPage('pageshow', () => onWake('front')),
    listen(page, 'visibilitychange', () => isHidden() || onWake('front')),
    // The timers of a hidden page are always slow.
    watchClock(() => isHidden() || onWake('slept')),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** Reports whether this program runs in a page, whose browser keeps its cookies. */
export function isPage(): boolean {
  return readGlobal('document') !== null
}

/** Reports whether the browser knows of no network. False proves nothing. */
export function isOffline(): boolean {
  return fieldsOf(Reflect.get(globalThis, 'navigator'))['onLine'] === false
}

/** Listens to an event of the page's window, if there is one. Returns a function that stops it. */
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

const lookMs = 5_000
/** A timer that fires this late means that the machine or the program was suspended. */
const lateMs = 15_000

/** Calls `onGap` when this program has not run for a while. Returns a function that stops it. */
export function watchClock(onGap: () => void): () => void {
  let last = Date.now()
  const timer = setInterval(() => {
    const now = Date.now()
    if (now - last > lookMs + lateMs) onGap()
    last = now
  }, lookMs)
  // In Node the timer must not keep the process alive; in a page a timer is a number.
  if (typeof timer === 'object') timer.unref()
  return () => clearInterval(timer)
}
