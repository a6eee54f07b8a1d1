import { expect, test } from 'vitest'
import { loggableError } from './loggable-error.ts'

test('[HTTP-4] the connection that pg attaches to an error stays out of the log', () => {
  const error = Object.assign(new Error('terminating connection'), { code: '57P01', client: { secretKey: 863109184 } })
  const logged = loggableError(error)
  expect(logged).toMatchObject({ type: 'Error', code: '57P01', message: 'terminating connection' })
  expect(logged.frames[0]).toContain('    at ')
  expect(JSON.stringify(logged)).not.toContain('863109184')
})

test('[HTTP-4] the log has the cause of a failed statement, and not its values', () => {
  const cause = Object.assign(new Error('too many connections'), { code: '53300' })
  const error = new Error('Failed query: insert params: Hello Ann', { cause })
  const logged = loggableError(Object.assign(error, { query: 'insert', params: ['Hello Ann'] }))
  expect(JSON.stringify(logged)).not.toContain('Hello Ann')
  expect(logged.cause).toMatchObject({ code: '53300', message: 'too many connections' })
})

test('a thrown value that is not an error is logged as text, and an endless chain of causes is cut off', () => {
  expect(loggableError('odd')).toEqual({ type: 'string', message: 'odd', frames: [] })
  const circle = new Error('circle')
  circle.cause = circle
  expect(() => JSON.stringify(loggableError(circle))).not.toThrow()
})
