import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { remember } from './storage.ts'

const stored = new Map<string, string>()

beforeEach(() => {
  stored.clear()
  vi.stubGlobal('localStorage', { setItem: (key: string, value: string) => stored.set(key, value) })
})
afterEach(() => vi.unstubAllGlobals())

test.each([
  ['deskbell_client_id=12', []],
  ['deskbell_operator_id=1; deskbell_client_id=12', []],
  ['x_deskbell_client_id=1', []],
  ['theme=dark', []],
  ['deskbell_operator_id=3; deskbell_client_id=1; a=b', ['deskbell.memory.client.1.rows']],
])('[WEB-101] [WEB-56] with the cookies %j a page of client 1 keeps %j', (cookie, keys) => {
  vi.stubGlobal('document', { cookie })
  remember({ role: 'client', userId: 1 }, 'rows', ['a text'])
  expect([...stored.keys()]).toEqual(keys)
})
