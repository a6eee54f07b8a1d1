import { expect, test } from 'vitest'
import { OldestWrite } from './oldest-write.ts'

/** A connection for which so many bytes were written, and from which so many have left. */
const connection = (written: number, left: number) => ({ bytesWritten: written, writableLength: written - left })
const oneSecond = () => 1_000

test('[SOCK-31] [HTTP-33] a queue that does not leave in time is overdue, also when a few bytes leave and more come', () => {
  const oldest = new OldestWrite()
  expect(oldest.isOverdue(connection(500, 100), 0, oneSecond)).toBe(false)
  expect(oldest.isOverdue(connection(600, 200), 999, oneSecond)).toBe(false)
  expect(oldest.isOverdue(connection(900, 499), 1_000, oneSecond)).toBe(true)
})

test('[SOCK-31] [HTTP-33] a queue that is never empty is not overdue while what waited has left in time', () => {
  const oldest = new OldestWrite()
  for (let nth = 0; nth < 10; nth += 1)
    expect(oldest.isOverdue(connection(500 + nth * 400, 100 + nth * 400), nth * 900, oneSecond)).toBe(false)
})

test('[HTTP-33] a longer queue has more time', () => {
  const oldest = new OldestWrite()
  const allowed = (bytes: number) => bytes
  expect(oldest.isOverdue(connection(5_000, 0), 0, allowed)).toBe(false)
  expect(oldest.isOverdue(connection(5_000, 0), 4_999, allowed)).toBe(false)
  expect(oldest.isOverdue(connection(5_000, 4_999), 5_000, allowed)).toBe(true)
})
