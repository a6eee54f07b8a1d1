import { expect, test } from 'vitest'
import { isAmbient, readCredential } from './credential.ts'

const both = 'theme=dark; deskbell_client=c1; deskbell_operator=o1; deskbell_client_id=7'

test('[AUTH-7] a lone cookie needs no name', () => {
  expect(readCredential({ cookie: 'deskbell_client=c1; deskbell_client_id=7' }, { role: undefined })).toEqual({
    kind: 'cookie',
    token: 'c1',
  })
})

test('[AUTH-7] with both cookies the name decides', () => {
  expect(readCredential({ cookie: both }, { role: 'operator' })).toEqual({ kind: 'cookie', token: 'o1' })
  expect(readCredential({ cookie: both }, { role: 'client' })).toEqual({ kind: 'cookie', token: 'c1' })
})

test('[AUTH-14] with both cookies and no name, an unknown name, or the name of a missing one, nobody is signed in', () => {
  expect(readCredential({ cookie: both }, { role: undefined })).toEqual({ kind: 'unclear' })
  expect(readCredential({ cookie: both }, { role: 'admin' })).toEqual({ kind: 'unclear' })
  expect(readCredential({ cookie: 'deskbell_client=c1' }, { role: 'operator' })).toEqual({ kind: 'unclear' })
})

test('[AUTH-8] a bearer hides the cookies, also an empty one', () => {
  expect(readCredential({ cookie: both, authorization: 'Bearer t1' }, { role: 'client' })).toEqual({
    kind: 'bearer',
    token: 't1',
  })
  expect(readCredential({ cookie: both, authorization: 'bearer' }, { role: 'client' })).toEqual({
    kind: 'bearer',
    token: '',
  })
})

test('[AUTH-8] another scheme, such as that of a proxy, is no bearer', () => {
  expect(readCredential({ cookie: 'deskbell_client=c1', authorization: 'Basic abc' }, { role: undefined }).kind).toBe(
    'cookie',
  )
})

test('[AUTH-9] only what a browser sends by itself needs an origin', () => {
  expect(isAmbient({ kind: 'cookie', token: 'x' })).toBe(true)
  expect(isAmbient({ kind: 'unclear' })).toBe(true)
  expect(isAmbient({ kind: 'bearer', token: 'x' })).toBe(false)
  expect(isAmbient({ kind: 'none' })).toBe(false)
})
