import { describe, expect, test } from 'vitest'
import { row } from '../../testing/outbox/outbox-storage-contract.ts'
import { isNewRow, isOutboxRow } from './outbox-storage.ts'

const newRow = row('a')
const waiting = { ...newRow, order: 1, code: null }
const refused = { ...waiting, code: 'chat_closed' }

describe('rows of another version of the program', () => {
  test('[SDK-10] what this version writes is read', () => {
    expect(isNewRow(newRow)).toBe(true)
    for (const stored of [waiting, refused, { ...refused, more: 'of a later version' }])
      expect(isOutboxRow(stored)).toBe(true)
  })

  test.each([undefined, null, 7, 'text', []])('[SDK-10] %j is no row', (value) => {
    expect([isNewRow(value), isOutboxRow(value)]).toEqual([false, false])
  })

  test.each(['clientMsgId', 'text', 'createdAt', 'chatId', 'waitsSince'] as const)(
    '[SDK-10] one whose %s is missing, or of another type, is left alone',
    (key) => {
      const { [key]: value, ...rest } = refused
      const other = typeof value === 'number' ? String(value) : 7
      for (const broken of [rest, { ...rest, [key]: other }, { ...rest, [key]: null }])
        expect([isNewRow(broken), isOutboxRow(broken)]).toEqual([false, false])
    },
  )

  test.each([
    { what: 'without an order', value: { ...newRow, code: null } },
    { what: 'whose order is a text', value: { ...waiting, order: '1' } },
    { what: 'without a code', value: { ...newRow, order: 1 } },
    { what: 'whose code is a number', value: { ...waiting, code: 7 } },
    { what: 'whose code is undefined', value: { ...waiting, code: undefined } },
  ])('[SDK-10] one $what is not yet stored', ({ value }) => {
    expect([isNewRow(value), isOutboxRow(value)]).toEqual([true, false])
  })
})
