import type { UserId } from '@deskbell/contract/ids'
import { describe, expect, test } from 'vitest'
import { chooseSeat, readSeatHints } from './seat.ts'

describe('readSeatHints', () => {
  test('[WEB-2] finds both ids among other cookies', () => {
    const cookies = 'theme=dark; deskbell_client_id=7; x=1; deskbell_operator_id=9'
    expect(readSeatHints(cookies)).toEqual({ client: 7, operator: 9 })
  })

  test.each(['', 'deskbell_client_id=', 'deskbell_client_id=0', 'deskbell_client_id=7x', 'my_deskbell_client_id=7'])(
    '[WEB-2] %j names nobody',
    (cookies) => {
      expect(readSeatHints(cookies)).toEqual({})
    },
  )
})

describe('chooseSeat', () => {
  const both = { client: 7 as UserId, operator: 9 as UserId }

  test('[WEB-2] the asked user, if signed in here', () => {
    expect(chooseSeat(both, '9', 'client')).toEqual({ role: 'operator', userId: 9 })
    expect(chooseSeat(both, '7', 'operator')).toEqual({ role: 'client', userId: 7 })
  })

  test('[WEB-2] any other id leads to the own page, of the role that this tab used last', () => {
    expect(chooseSeat(both, '8', 'operator')).toEqual({ role: 'operator', userId: 9 })
    expect(chooseSeat(both, 'x', null)).toEqual({ role: 'client', userId: 7 })
    expect(chooseSeat({ operator: both.operator }, '7', 'client')).toEqual({ role: 'operator', userId: 9 })
  })

  test('[WEB-2] nobody signed in has no seat', () => {
    expect(chooseSeat({}, '7', null)).toBeUndefined()
  })
})
