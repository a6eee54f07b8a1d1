import { isPage } from '../../base/page.ts'

/**
 * What the outbox uses of a browser; null for what is missing or refused. Only the used members are described, because
 * programs without the DOM's types compile this package too.
 */
export type Browser = {
  readonly indexedDB: DatabaseFactory | null
  readonly localStorage: TextStore | null
  readonly locks: Locks | null
  readonly BroadcastChannel: (new (name: string) => Channel) | null
}

export type DbRequest = EventTarget & { readonly result: unknown; readonly error: unknown }
export type OpenRequest = EventTarget & { readonly result: Database; readonly error: unknown }
export type DatabaseFactory = { open(name: string, version: number): OpenRequest }

export type Database = EventTarget & {
  createObjectStore(name: string, options?: { keyPath: string; autoIncrement: true }): DbStore
  transaction(stores: string | string[], mode: 'readonly' | 'readwrite'): DbTransaction
  close(): void
}

export type DbTransaction = EventTarget & { readonly error: unknown; objectStore(name: string): DbStore }

export type DbStore = {
  createIndex(name: string, keyPath: string | string[], options: { unique: boolean }): unknown
  index(name: string): { get(key: DbKey): DbRequest; getAll(key: DbKey): DbRequest }
  get(key: DbKey): DbRequest
  getAll(): DbRequest
  add(value: object, key?: DbKey): DbRequest
  put(value: object): DbRequest
  delete(key: DbKey | number): DbRequest
}

export type DbKey = string | (string | number)[]

export type TextStore = {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, text: string): void
  removeItem(key: string): void
}

export type Locks = {
  request(name: string, options: { signal: AbortSignal }, hold: () => Promise<void>): Promise<void>
}

export type Channel = EventTarget & { postMessage(message: unknown): void; close(): void }

/** Returns everything that this page may use. Outside a page there are no tabs to coordinate with. */
export function readBrowser(): Browser {
  return {
    indexedDB: read('indexedDB', has<DatabaseFactory>('open')),
    localStorage: isPage() ? read('localStorage', has<TextStore>('setItem')) : null,
    locks: locksOf(read('navigator', has<{ locks: unknown }>('locks'))?.locks),
    BroadcastChannel: isPage() ? read('BroadcastChannel', isChannelType) : null,
  }
}

/** A page may be forbidden even to read the property; then reading throws. */
function read<T>(name: string, isIt: (value: unknown) => value is T): T | null {
  try {
    const value: unknown = Reflect.get(globalThis, name)
    return isIt(value) ? value : null
  } catch {
    return null
  }
}

function has<T extends object>(key: keyof T & string): (value: unknown) => value is T {
  return (value): value is T => typeof value === 'object' && value !== null && key in value
}

function isChannelType(value: unknown): value is new (name: string) => Channel {
  return typeof value === 'function'
}

function locksOf(value: unknown): Locks | null {
  const isLocks = has<Locks>('request')
  return isPage() && isLocks(value) ? value : null
}
