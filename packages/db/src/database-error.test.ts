import { expect, test } from 'vitest'
import { isUnavailable, sqlState } from './database-error.ts'

const systemError = (code: string, syscall: string) => Object.assign(new Error(code), { code, syscall })

test('[HTTP-6] a refused connection is unavailable, also inside an AggregateError or a chain of causes', () => {
  const refused = systemError('ECONNREFUSED', 'connect')
  expect(isUnavailable(refused)).toBe(true)
  expect(isUnavailable(new AggregateError([refused, refused]))).toBe(true)
  expect(isUnavailable(new Error('outer', { cause: new Error('inner', { cause: refused }) }))).toBe(true)
})

test('[HTTP-6] ENOENT of a connect is unavailable, ENOENT of a file is not', () => {
  expect(isUnavailable(systemError('ENOENT', 'connect'))).toBe(true)
  expect(isUnavailable(systemError('ENOENT', 'open'))).toBe(false)
})

test('[HTTP-6] a system error code is no SQLSTATE, and errors of other kinds are not unavailable', () => {
  expect(sqlState(systemError('EPIPE', 'write'))).toBe(undefined)
  for (const thrown of [new TypeError('x is not a function'), 'Connection terminated', undefined, null, 42]) {
    expect(isUnavailable(thrown)).toBe(false)
  }
})

test('[HTTP-6] an error that is its own cause does not loop for ever', () => {
  const error = new Error('circle')
  error.cause = error
  expect(isUnavailable(error)).toBe(false)
})
