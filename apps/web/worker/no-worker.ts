/// <reference lib="webworker" />

/**
 * Put in place of the worker it does nothing, and drops what the other one has kept: docs/guides/operate.md.
 * It stays registered, because a worker that leaves while a page is being opened can hold that page up.
 */

declare const self: ServiceWorkerGlobalScope

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()))
self.addEventListener('activate', (event) => event.waitUntil(dropAll()))

async function dropAll(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name.startsWith('deskbell-')).map((name) => caches.delete(name)))
}
