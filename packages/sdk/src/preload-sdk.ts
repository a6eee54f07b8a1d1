import { importCode } from './import-code.ts'

/**
 * Loads what the first call and the first kept message would wait for. For a page that rests before its user signs in;
 * what cannot be loaded now is loaded when it is needed.
 */
export async function preloadSdk(): Promise<void> {
  await Promise.allSettled([
    importCode(() => import('./create-access.ts')),
    importCode(() => import('./outbox/indexeddb-storage.ts')),
  ])
}
