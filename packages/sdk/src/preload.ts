import { importCode } from './base/import-code.ts'

/**
 * Loads the code that an SDK loads on first use: the connection, and the store of queued messages. Call it in a page
 * that will need them soon, such as while its user signs in. Never rejects: what could not be loaded is loaded when
 * needed.
 */
export async function preload(): Promise<void> {
  const parts = [
    () => import('./connection/create-connection.ts'),
    () => import('./outbox/storage/indexeddb-storage.ts'),
  ]
  await Promise.all(parts.map((part) => importCode<unknown>(part).catch(() => undefined)))
}
