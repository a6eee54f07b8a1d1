import { expect, test } from 'vitest'
import { createFrameIds } from '../streams/frame-ids.ts'
import { formatCursor, parseCursor } from './cursor.ts'

test('[LIVE-3] a formatted cursor is parsed back, and the text behind the tilde is ignored', () => {
  const cursor = { epoch: 'a1b2', seq: 17 }
  expect(formatCursor(cursor)).toBe('a1b2:17')
  for (const tail of ['', '~1', '~x.y~z', '~\n']) expect(parseCursor(`a1b2:17${tail}`)).toEqual(cursor)
})

test('[LIVE-4] text that is not a cursor is parsed as null', () => {
  for (const text of [
    '',
    'a',
    ':1',
    'a:',
    'a:-1',
    'a:1.5',
    'a:1x',
    'a:99999999999999999',
    ' a:1',
    'a:9007199254740993',
    'a b:1',
  ]) {
    expect(parseCursor(text)).toBeNull()
  }
})

test('[LIVE-3] ids of frames without entries are unique, also between two generators', () => {
  const streams = [createFrameIds(), createFrameIds()]
  const ids = streams.flatMap((next) => Array.from({ length: 100 }, () => next('e:1')))
  expect(new Set(ids).size).toBe(200)
  for (const id of ids) expect(parseCursor(id)).toEqual({ epoch: 'e', seq: 1 })
})
