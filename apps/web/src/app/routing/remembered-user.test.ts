import { userIdSchema } from '@deskbell/contract/ids'
import { userSchema } from '@deskbell/contract/users'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgetUser, readRemembered, remember } from '../../lib/device/storage.ts'
import { rememberedUser, rememberUser } from './session-hint.ts'

const createdAt = '2026-03-03T12:00:00.000Z'
const [one, two] = [userIdSchema.parse(1), userIdSchema.parse(2)]
const user = userSchema.parse({
  id: 1,
  email: 'igor@example.com',
  name: 'Igor',
  role: 'client',
  access: null,
  avatarUrl: null,
  createdAt,
})
const owner = { role: 'client', userId: one } as const
const isText = (value: unknown): value is string => typeof value === 'string'

/** A fake of the browser's storage: its keys are the properties of the object. */
class FakeStorage {
  [key: string]: unknown
  getItem(key: string) {
    return this[key] ?? null
  }
  setItem(key: string, value: string) {
    this[key] = value
  }
  removeItem(key: string) {
    delete this[key]
  }
}

beforeEach(() => {
  vi.stubGlobal('localStorage', new FakeStorage())
  vi.stubGlobal('document', { cookie: 'deskbell_client_id=1; deskbell_operator_id=9' })
})
afterEach(() => vi.unstubAllGlobals())

test('[WEB-61] a reload without a connection knows the last user, and only in the same role', () => {
  rememberUser(user)
  expect(rememberedUser({ role: 'client', userId: one })).toEqual(user)
  expect(rememberedUser({ role: 'client', userId: two })).toBeNull()
  expect(rememberedUser({ role: 'operator', userId: one })).toBeNull()
})

test('[WEB-61] broken or blocked storage counts as empty', () => {
  localStorage.setItem('deskbell.memory.client.1.user', '{"id":2}')
  expect(rememberedUser({ role: 'client', userId: one })).toBeNull()
  localStorage.setItem('deskbell.memory.client.1.user', '{')
  expect(rememberedUser({ role: 'client', userId: one })).toBeNull()
  vi.stubGlobal('localStorage', undefined)
  expect(() => rememberUser(user)).not.toThrow()
  expect(rememberedUser({ role: 'client', userId: one })).toBeNull()
})

test('[WEB-61] stored data is removed at sign-out, and when another user of the role signs in', () => {
  const operator = { role: 'operator', userId: 9 } as const
  remember(owner, 'chats', 'a')
  remember(operator, 'chats', 'b')
  forgetUser(owner)
  expect(readRemembered(owner, 'chats', isText)).toBeNull()
  remember(owner, 'chats', 'c')
  vi.stubGlobal('document', { cookie: 'deskbell_client_id=2' })
  rememberUser({ ...user, id: two })
  expect(readRemembered(owner, 'chats', isText)).toBeNull()
  expect(readRemembered(operator, 'chats', isText)).toBe('b')
})

test('[WEB-61] nothing is stored for a user who has signed out in another tab, and nothing beyond the limit', () => {
  vi.stubGlobal('document', { cookie: '' })
  remember(owner, 'chats', 'late')
  expect(readRemembered(owner, 'chats', isText)).toBeNull()
  vi.stubGlobal('document', { cookie: 'deskbell_client_id=1' })
  remember(owner, 'chats', 'x'.repeat(300_000))
  expect(readRemembered(owner, 'chats', isText)).toBeNull()
})
