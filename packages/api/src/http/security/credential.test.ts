import type { IncomingHttpHeaders } from 'node:http'
import { expect, test } from 'vitest'
import { isAmbient, readCredential as read } from './credential.ts'

const readCredential = (headers: IncomingHttpHeaders, role: { role: string | undefined }) =>
  read(headers, role, { secure: false, only: null })

const both = 'theme=dark; deskbell_client=c1; deskbell_operator=o1; deskbell_client_id=7'

test('[AUTH-7] a single session cookie counts without a role', () => {
  expect(readCredential({ cookie: 'deskbell_client=c1; deskbell_client_id=7' }, { role: undefined })).toEqual({
    kind: 'cookie',
    token: 'c1',
  })
})

test('[AUTH-7] with cookies of both roles the requested role selects one', () => {
  expect(readCredential({ cookie: both }, { role: 'operator' })).toEqual({ kind: 'cookie', token: 'o1' })
  expect(readCredential({ cookie: both }, { role: 'client' })).toEqual({ kind: 'cookie', token: 'c1' })
})

test('[AUTH-14] both cookies without a valid role, and a role without a cookie, are unclear', () => {
  expect(readCredential({ cookie: both }, { role: undefined })).toEqual({ kind: 'unclear' })
  expect(readCredential({ cookie: both }, { role: 'admin' })).toEqual({ kind: 'unclear' })
  expect(readCredential({ cookie: 'deskbell_client=c1' }, { role: 'operator' })).toEqual({ kind: 'unclear' })
})

test('[HTTP-24] different cookies of one role are unclear, and leave the other role alone', () => {
  const cookie = `${both}; deskbell_client=c2; deskbell_client=c2`
  expect(readCredential({ cookie }, { role: 'client' })).toEqual({ kind: 'unclear' })
  expect(readCredential({ cookie }, { role: 'operator' })).toEqual({ kind: 'cookie', token: 'o1' })
})

test('[HTTP-25] over HTTPS only the names with `__Host-` count, and over HTTP only those without', () => {
  const cookie = 'deskbell_client=c1; __Host-deskbell_client=c2'
  expect(read({ cookie }, { role: undefined }, { secure: true, only: null })).toEqual({ kind: 'cookie', token: 'c2' })
  expect(read({ cookie }, { role: undefined }, { secure: false, only: null })).toEqual({ kind: 'cookie', token: 'c1' })
  expect(read({ cookie: both }, { role: 'client' }, { secure: true, only: null })).toEqual({ kind: 'none' })
})

test('[HTTP-48] where one role is, the cookie of the other is none', () => {
  const place = { secure: false, only: 'client' } as const
  expect(read({ cookie: both }, { role: undefined }, place)).toEqual({ kind: 'cookie', token: 'c1' })
  expect(read({ cookie: both }, { role: 'operator' }, place)).toEqual({ kind: 'unclear' })
  expect(read({ cookie: 'deskbell_operator=o1' }, { role: undefined }, place)).toEqual({ kind: 'none' })
})

test('[AUTH-8] a bearer token counts instead of the cookies, also when it is empty', () => {
  expect(readCredential({ cookie: both, authorization: 'Bearer t1' }, { role: 'client' })).toEqual({
    kind: 'bearer',
    token: 't1',
  })
  expect(readCredential({ cookie: both, authorization: 'bearer' }, { role: 'client' })).toEqual({
    kind: 'bearer',
    token: '',
  })
})

test('[AUTH-8] another authorization scheme is ignored and the cookie counts', () => {
  expect(readCredential({ cookie: 'deskbell_client=c1', authorization: 'Basic abc' }, { role: undefined }).kind).toBe(
    'cookie',
  )
})

test('[AUTH-9] only cookies count as sent by a browser on its own', () => {
  expect(isAmbient({ kind: 'cookie', token: 'x' })).toBe(true)
  expect(isAmbient({ kind: 'unclear' })).toBe(true)
  expect(isAmbient({ kind: 'bearer', token: 'x' })).toBe(false)
  expect(isAmbient({ kind: 'none' })).toBe(false)
})
