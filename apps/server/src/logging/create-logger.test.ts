import { describe, expect, test } from 'vitest'
import { createLogger } from './create-logger.ts'
import { loggableError } from './loggable-error.ts'

function logged(isTTY: boolean, fields: object, message = 'socket error'): string {
  let text = ''
  const log = createLogger('debug', { isTTY, write: (line) => (text += line), on: () => undefined })
  log.debug(fields, message)
  return text
}

const hostile = 'a\u001b[2J\u009b31m\u0007\r\n10:00:00 ERROR forged\u007f\u2028\u202egnp\u0000'
const obeyed = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u

describe.each([true, false])('a line of the log, terminal: %s', (isTTY) => {
  test('[HTTP-17] has no control characters of what a caller sent, wherever they stand', () => {
    const fields = { path: hostile, deep: { path: hostile }, [`key ${hostile}`]: 1, err: new Error(hostile) }
    const text = logged(isTTY, fields, hostile)
    expect(text.endsWith('\n')).toBe(true)
    expect(text.slice(0, -1)).not.toMatch(obeyed)
    expect(text).toContain('\\u001b[2J')
  })

  test('[HTTP-17] is short, however long the path of a call is', () => {
    const text = logged(isTTY, { path: 'x'.repeat(200_000) })
    expect(text.length).toBeLessThan(1_000)
    expect(text).toContain('… (200000 characters)')
  })
})

test('[HTTP-17] a line of JSON has the same value as before', () => {
  const fields: unknown = JSON.parse(logged(false, { path: hostile }))
  expect(fields).toMatchObject({ path: hostile, msg: 'socket error' })
})

test('[HTTP-4] an error keeps its frames in a line of JSON', () => {
  const err = new Error('gone')
  expect(JSON.parse(logged(false, { err }))).toMatchObject({ err: { frames: loggableError(err).frames } })
})
