import { isPage, listenToPage } from '../base/page.ts'

/** What sharing needs of a browser. Tests use a fake. */
export type TabBrowser = {
  readonly locks: TabLocks
  openChannel(name: string): TabChannel
  /**
   * Calls `hidden` when the page goes away, perhaps into the browser's cache, and `restored` when it returns from
   * there.
   */
  watchPage(page: { hidden(): void; restored(): void }): () => void
}

/** The used part of Web Locks: `held` runs while the lock is held, with null when it was not available. */
export type TabLocks = {
  request(name: string, options: LockWish, held: (lock: object | null) => Promise<void>): Promise<unknown>
}

export type LockWish = { ifAvailable?: boolean; signal?: AbortSignal }

/** Carries structured data to all other tabs that have the channel open; never to itself. */
export type TabChannel = {
  post(message: unknown): void
  listen(listener: (message: unknown) => void): void
  close(): void
}

/** Returns the browser of this page; null where tabs cannot share. */
export function findTabBrowser(): TabBrowser | null {
  if (!isPage() || typeof BroadcastChannel === 'undefined' || navigator.locks === undefined) return null
  const { locks } = navigator
  return {
    locks: { request: (name, options, held) => locks.request(name, options, held) },
    openChannel,
    watchPage({ hidden, restored }) {
      const stops = [
        listenToPage('pagehide', hidden),
        listenToPage('pageshow', (event) => 'persisted' in event && event.persisted === true && restored()),
      ]
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}

function openChannel(name: string): TabChannel {
  const channel = new BroadcastChannel(name)
  return {
    post: (message) => channel.postMessage(message),
    listen: (listener) => channel.addEventListener('message', (event) => listener('data' in event && event.data)),
    close: () => channel.close(),
  }
}

/** Releases the lock. The browser does so too when the tab is closed or dies. */
export type Release = () => void

/** Resolves when the lock is held; with null when it was not available, or the request was aborted. */
export function holdLock(locks: TabLocks, name: string, wish: LockWish = {}): Promise<Release | null> {
  return new Promise((resolve) => {
    const held = (lock: object | null) => {
      if (lock === null) {
        resolve(null)
        return Promise.resolve()
      }
      return new Promise<void>((release) => resolve(release))
    }
    locks.request(name, wish, held).catch(() => resolve(null))
  })
}
