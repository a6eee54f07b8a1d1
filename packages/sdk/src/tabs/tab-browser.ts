import { isPage, listenToPage } from '../connection/page-signals.ts'

/** What sharing needs of a browser. In tests all of it is played. */
export type TabBrowser = {
  readonly locks: TabLocks
  openChannel(name: string): TabChannel
  /** Calls when the page goes away, perhaps only into the browser's cache, and when it comes back out of there. */
  watchPage(page: { hidden(): void; restored(): void }): () => void
}

/** The part of Web Locks that is used: `held` runs while the lock is held, with null when it was not available. */
export type TabLocks = {
  request(name: string, options: LockWish, held: (lock: object | null) => Promise<void>): Promise<unknown>
}

export type LockWish = { ifAvailable?: boolean; signal?: AbortSignal }

/** Carries structured data to all other tabs that have it open; never to itself. */
export type TabChannel = {
  post(message: unknown): void
  listen(listener: (message: unknown) => void): void
  close(): void
}

/** The browser of this page; null where tabs cannot share. */
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
