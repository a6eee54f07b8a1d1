/** How long a new worker may take to come into force before the page is loaded anew all the same. */
const takeOverMs = 2_000
/** A page that stays open asks at most so often by itself. */
const restMs = 60_000

let offer = () => {}
let isAsking = false
let askedAt = Number.NEGATIVE_INFINITY
let registration: ServiceWorkerRegistration | null = null

/** Asks which version the server has. Without an answer nothing is known, and nothing is said. */
export function askVersion(): void {
  if (!isAsking) void ask()
}

async function ask(): Promise<void> {
  const own = ownVersion()
  if (own === null) return
  isAsking = true
  askedAt = performance.now()
  try {
    const response = await fetch('/version.json', { cache: 'no-store' })
    const answer: unknown = response.ok ? await response.json() : null
    const present = typeof answer === 'object' && answer !== null && 'version' in answer ? answer.version : null
    if (typeof present === 'string' && present !== own) found()
  } catch {
    // No line.
  } finally {
    isAsking = false
  }
}

function found(): void {
  offer()
  // The new worker is fetched now, so that the reload has it. Without a line it comes later.
  registration?.update().catch(() => undefined)
}

/** Loads the version that the server has. Drafts are on the device by now: they are kept at every key. */
export function loadVersion(): void {
  const waiting = registration?.waiting
  const reload = () => location.reload()
  if (!waiting) {
    reload()
    return
  }
  navigator.serviceWorker.addEventListener('controllerchange', reload, { once: true })
  setTimeout(reload, takeOverMs)
  waiting.postMessage({ do: 'activate' })
}

/**
 * Registers the worker that serves the shell without a line. It exists in built pages only, and browsers have workers
 * only where nobody between can change them: under https, and on this machine. `onOther`: the server has another version.
 */
export function watchVersion(onOther: () => void): void {
  offer = onOther
  if (ownVersion() === null) return
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && performance.now() - askedAt > restMs) askVersion()
  })
  window.addEventListener('online', askVersion)
  if (!('serviceWorker' in navigator)) return
  navigator.serviceWorker.addEventListener('controllerchange', askVersion)
  navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' }).then(watch, () => undefined)
}

function watch(present: ServiceWorkerRegistration): void {
  registration = present
  greet(present.waiting)
  present.addEventListener('updatefound', () => {
    const worker = present.installing
    worker?.addEventListener('statechange', () => worker.state === 'installed' && greet(worker))
  })
}

/** A worker that waits and is of this page's version takes over; one of another version is offered. */
function greet(worker: ServiceWorker | null): void {
  if (worker === null) return
  worker.postMessage({ do: 'activate', ifVersion: ownVersion() })
  if (navigator.serviceWorker.controller !== null) askVersion()
}

function ownVersion(): string | null {
  return document.querySelector<HTMLMetaElement>('meta[name="deskbell-version"]')?.content ?? null
}
