import { userIdSchema } from '@deskbell/contract/ids'
import type { ChatState } from '@deskbell/db/queries/log/chat-events'
import { describe, expect, test } from 'vitest'
import { decideAssign, decideClose, decideRelease, decideReopen } from './chat-state.ts'

const now = new Date('2030-01-01T00:00:00.000Z')
const ann = { id: userIdSchema.parse(1), name: 'Ann' }
const bob = { id: userIdSchema.parse(2), name: 'Bob' }
const open: ChatState = { status: 'open', operatorId: null, closedAt: null, waitingSince: now }
const withAnn: ChatState = { ...open, operatorId: ann.id }
const closed: ChatState = { status: 'closed', operatorId: ann.id, closedAt: now, waitingSince: null }

const unchanged = { outcome: 'unchanged' }
const chatClosed = { outcome: 'refused', code: 'chat_closed' }
const alreadyAssigned = { outcome: 'refused', code: 'already_assigned' }

describe('chat state', () => {
  test('[CHAT-5] closing keeps the operator and sets closedAt; closing again changes nothing', () => {
    expect(decideClose(withAnn, now)).toEqual({ outcome: 'changed', state: closed, event: { kind: 'closed' } })
    expect(decideClose(closed, now)).toEqual(unchanged)
  })

  test('[CHAT-16] closing is refused when the client wrote meanwhile, but a closed chat stays as it is', () => {
    expect(decideClose(withAnn, now, true)).toEqual({ outcome: 'refused', code: 'newer_messages' })
    expect(decideClose(closed, now, true)).toEqual(unchanged)
  })

  test('[CHAT-15] reopening keeps the operator and clears closedAt; an open chat stays as it is', () => {
    const state = { ...withAnn, waitingSince: null }
    expect(decideReopen(closed)).toEqual({ outcome: 'changed', state, event: { kind: 'reopened' } })
    expect(decideReopen(withAnn)).toEqual(unchanged)
  })

  test('[CHAT-6] a chat without an operator is assigned; assigning it again changes nothing', () => {
    const event = { kind: 'assigned', data: { operator: ann } }
    expect(decideAssign(open, ann, false)).toEqual({ outcome: 'changed', state: withAnn, event })
    expect(decideAssign(withAnn, ann, false)).toEqual(unchanged)
    expect(decideAssign(withAnn, ann, true)).toEqual(unchanged)
  })

  test('[CHAT-7] assigning a chat of another operator needs takeOver', () => {
    expect(decideAssign(withAnn, bob, false)).toEqual(alreadyAssigned)
    expect(decideAssign(withAnn, bob, true)).toMatchObject({ outcome: 'changed', state: { operatorId: bob.id } })
  })

  test('[CHAT-8] a closed chat is not assigned, neither to its operator nor to another', () => {
    expect(decideAssign(closed, ann, true)).toEqual(chatClosed)
    expect(decideAssign(closed, bob, true)).toEqual(chatClosed)
  })

  test('[CHAT-9] only its operator may release an open chat', () => {
    const event = { kind: 'assigned', data: { operator: null } }
    expect(decideRelease(withAnn, ann.id)).toEqual({ outcome: 'changed', state: open, event })
    expect(decideRelease(open, ann.id)).toEqual(unchanged)
    expect(decideRelease(withAnn, bob.id)).toEqual(alreadyAssigned)
    expect(decideRelease(closed, ann.id)).toEqual(chatClosed)
  })
})
