/// <reference lib="webworker" />

/**
 * Replaces the service worker: serves nothing, and deletes the caches of the other one (docs/guides/operate.md). It
 * stays registered, because a worker that unregisters while a page is opening can delay that page.
 */

declare const self: ServiceWorkerGlobalScope

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()))
self.addEventListener('activate', (event) => event.waitUntil(dropAll()))

async function dropAll(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name.startsWith('deskbell-')).map((name) => caches.delete(name)))
}
