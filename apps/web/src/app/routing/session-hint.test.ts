import type { UserId } from '@deskbell/contract/ids'
import { describe, expect, test } from 'vitest'
import { chooseSession, readSessionHints } from './session-hint.ts'

describe('readSessionHints', () => {
  test('[WEB-2] finds both ids among other cookies', () => {
    const cookies = 'theme=dark; deskbell_client_id=7; x=1; deskbell_operator_id=9'
    expect(readSessionHints(cookies)).toEqual({ client: 7, operator: 9 })
  })

  test.each(['', 'deskbell_client_id=', 'deskbell_client_id=0', 'deskbell_client_id=7x', 'my_deskbell_client_id=7'])(
    '[WEB-2] %j contains no id',
    (cookies) => {
      expect(readSessionHints(cookies)).toEqual({})
    },
  )
})

describe('chooseSession', () => {
  const both = { client: 7 as UserId, operator: 9 as UserId }

  test('[WEB-2] chooses the user of the address if signed in', () => {
    expect(chooseSession(both, '9', 'client')).toEqual({ role: 'operator', userId: 9 })
    expect(chooseSession(both, '7', 'operator')).toEqual({ role: 'client', userId: 7 })
  })

  test('[WEB-2] any other id leads to the own page, in the role that this tab used last', () => {
    expect(chooseSession(both, '8', 'operator')).toEqual({ role: 'operator', userId: 9 })
    expect(chooseSession(both, 'x', null)).toEqual({ role: 'client', userId: 7 })
    expect(chooseSession({ operator: both.operator }, '7', 'client')).toEqual({ role: 'operator', userId: 9 })
  })

  test('[WEB-2] chooses no session if nobody is signed in', () => {
    expect(chooseSession({}, '7', null)).toBeUndefined()
  })
})
