import type { LockWish, TabLocks } from './tab-browser.ts'

/** Gives the lock back. The browser does so too when the tab is closed or dies. */
export type Release = () => void

/** Resolves when the lock is ours; with null when it was not available, or the wish was given up. */
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
