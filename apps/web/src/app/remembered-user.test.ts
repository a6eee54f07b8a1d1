import { userIdSchema } from '@deskbell/contract/ids'
import { userSchema } from '@deskbell/contract/users'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { rememberedUser, rememberUser } from './remembered-user.ts'

const createdAt = '2026-03-03T12:00:00.000Z'
const [one, two] = [userIdSchema.parse(1), userIdSchema.parse(2)]
const user = userSchema.parse({ id: 1, email: 'igor@example.com', name: 'Igor', role: 'client', createdAt })

beforeEach(() => {
  const stored = new Map<string, string>()
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  })
})
afterEach(() => vi.unstubAllGlobals())

test('[WEB-25] a reload without a line knows who sat here, and only that person in that role', () => {
  rememberUser(user)
  expect(rememberedUser({ role: 'client', userId: one })).toEqual(user)
  expect(rememberedUser({ role: 'client', userId: two })).toBeNull()
  expect(rememberedUser({ role: 'operator', userId: one })).toBeNull()
})

test('[WEB-25] a broken or blocked memory is none', () => {
  sessionStorage.setItem('deskbell.user.client.1', '{"id":1,"role":"operator"}')
  expect(rememberedUser({ role: 'client', userId: one })).toBeNull()
  sessionStorage.setItem('deskbell.user.client.1', '{')
  expect(rememberedUser({ role: 'client', userId: one })).toBeNull()
  vi.stubGlobal('sessionStorage', undefined)
  expect(() => rememberUser(user)).not.toThrow()
  expect(rememberedUser({ role: 'client', userId: one })).toBeNull()
})
