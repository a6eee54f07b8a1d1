import { afterEach, expect, test, vi } from 'vitest'
import { countUnsent } from './user-traces.ts'

afterEach(() => vi.unstubAllGlobals())

/** A browser's storage with these items, whose keys are its properties. */
function storageWith(items: Record<string, string>): object {
  return Object.assign(Object.create({ getItem: (key: string) => items[key] ?? null }), items)
}

const message = (clientMsgId: string) => ({ clientMsgId, text: 'a text' })

test('[WEB-56] every message that waits is counted once, wherever the device keeps it', async () => {
  const kept = {
    'deskbell.outbox https://desk.example 7 a': JSON.stringify(message('a')),
    'deskbell.opening.7.b': JSON.stringify(message('b')),
    'deskbell.unplaced.7': JSON.stringify([message('a'), message('c'), message('d')]),
    'deskbell.unplaced.8': JSON.stringify([message('of another user')]),
    'deskbell.draft.7.5': 'a draft is no message',
    'deskbell.opening.7.broken': '{',
  }
  vi.stubGlobal('location', { origin: 'https://desk.example' })
  vi.stubGlobal('localStorage', storageWith(kept))
  // A browser without a database.
  const open = () => {
    const request = { onerror: () => {} }
    queueMicrotask(() => request.onerror())
    return request
  }
  vi.stubGlobal('indexedDB', { open })
  expect(await countUnsent(7)).toBe(5)
})
