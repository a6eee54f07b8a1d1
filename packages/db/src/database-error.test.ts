import { expect, test } from 'vitest'
import { isUnavailable, sqlState } from './database-error.ts'

const systemError = (code: string, syscall: string) => Object.assign(new Error(code), { code, syscall })

test('[HTTP-6] a refused connection is unavailable, also when several addresses were tried', () => {
  const refused = systemError('ECONNREFUSED', 'connect')
  expect(isUnavailable(refused)).toBe(true)
  expect(isUnavailable(new AggregateError([refused, refused]))).toBe(true)
  expect(isUnavailable(new Error('outer', { cause: new Error('inner', { cause: refused }) }))).toBe(true)
})

test('[HTTP-6] a missing socket is unavailable, a missing file is a mistake of ours', () => {
  expect(isUnavailable(systemError('ENOENT', 'connect'))).toBe(true)
  expect(isUnavailable(systemError('ENOENT', 'open'))).toBe(false)
})

test('[HTTP-6] anything else is not: a code of the system is no state of the server', () => {
  expect(sqlState(systemError('EPIPE', 'write'))).toBe(undefined)
  for (const thrown of [new TypeError('x is not a function'), 'Connection terminated', undefined, null, 42]) {
    expect(isUnavailable(thrown)).toBe(false)
  }
})

test('[HTTP-6] causes that go in a circle end', () => {
  const error = new Error('circle')
  error.cause = error
  expect(isUnavailable(error)).toBe(false)
})
