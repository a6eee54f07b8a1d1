/** How long a new worker may take to become active before the page reloads anyway. */
const takeOverMs = 2_000
/** A page that becomes visible checks the version at most once in this time. */
const restMs = 60_000

let offer = () => {}
let isAsking = false
let isAskedAgain = false
let askedAt = Number.NEGATIVE_INFINITY
let registration: ServiceWorkerRegistration | null = null

/** Checks which version the server has. Without an answer it reports nothing. */
export function askVersion(): void {
  // The answer that is on its way may have left the server before the event that asks now.
  if (isAsking) isAskedAgain = true
  else void ask()
}

async function ask(): Promise<void> {
  const own = ownVersion()
  if (own === null) return
  isAsking = true
  do {
    isAskedAgain = false
    askedAt = performance.now()
    await askOnce(own)
  } while (isAskedAgain)
  isAsking = false
}

async function askOnce(own: string): Promise<void> {
  try {
    const response = await fetch('/version.json', { cache: 'no-store' })
    const answer: unknown = response.ok ? await response.json() : null
    const present = typeof answer === 'object' && answer !== null && 'version' in answer ? answer.version : null
    if (typeof present === 'string' && present !== own) found()
  } catch {
    // No connection.
  }
}

function found(): void {
  offer()
  // Load the new worker now, so that the reload uses it. Without a connection it is loaded later.
  registration?.update().catch(() => undefined)
}

/** Reloads with the version of the server. Drafts are safe: they are stored at every keystroke. */
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
 * Registers the worker that serves the pages without a connection. It exists only in built pages. Browsers allow
 * workers only where nobody in between can change them: under https and on this machine. `onOther`: the server has
 * another version.
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

/** Activates a waiting worker of this page's version; one of another version is offered. */
function greet(worker: ServiceWorker | null): void {
  if (worker === null) return
  worker.postMessage({ do: 'activate', ifVersion: ownVersion() })
  if (navigator.serviceWorker.controller !== null) askVersion()
}

function ownVersion(): string | null {
  return document.querySelector<HTMLMetaElement>('meta[name="deskbell-version"]')?.content ?? null
}
