import { messageIdSchema, userIdSchema } from '@deskbell/contract/ids'
import { editWindowMs } from '@deskbell/contract/limits'
import { describe, expect, test } from 'vitest'
import { decideEdit, decideRetract, type MessageState } from './message-state.ts'

const [author, other] = [userIdSchema.parse(1), userIdSchema.parse(2)]
const createdAt = new Date('2030-01-01T00:00:00.000Z')
const id = messageIdSchema.parse(9)

const fresh: MessageState = {
  chat: { status: 'open' },
  message: { id, userId: author, type: 'text', text: 'first', createdAt },
  askerId: author,
  at: new Date(createdAt.getTime() + editWindowMs),
}
const late: MessageState = { ...fresh, at: new Date(createdAt.getTime() + editWindowMs + 1) }
const foreign: MessageState = { ...fresh, askerId: other }
const closed: MessageState = { ...fresh, chat: { status: 'closed' } }
const gone: MessageState = { ...fresh, message: { ...fresh.message, text: '' } }

const unchanged = { outcome: 'unchanged' }
const chatClosed = { outcome: 'refused', code: 'chat_closed' }
const notEditable = (detail: RegExp) => ({
  outcome: 'refused',
  code: 'not_editable',
  detail: expect.stringMatching(detail),
})

describe('a change of a message', () => {
  test('[MSG-14] the author may edit up to the last moment of the window', () => {
    const event = { kind: 'edited', data: { messageId: id, text: 'second' } }
    expect(decideEdit(fresh, 'second')).toEqual({ outcome: 'changed', text: 'second', event })
  })

  test('[MSG-15] the author may retract up to the last moment of the window', () => {
    const event = { kind: 'retracted', data: { messageId: id } }
    expect(decideRetract(fresh)).toEqual({ outcome: 'changed', text: '', event })
  })

  test('[MSG-14] [MSG-15] a repeat changes nothing, also after the window and after the close', () => {
    const wentBy = { at: new Date(createdAt.getTime() + 10 * editWindowMs), chat: { status: 'closed' } } as const
    expect(decideEdit({ ...fresh, ...wentBy }, 'first')).toEqual(unchanged)
    expect(decideRetract({ ...gone, ...wentBy })).toEqual(unchanged)
  })

  test('[MSG-16] a message of another user, a too old or a retracted one is not_editable, with the reason', () => {
    expect(decideEdit(late, 'second')).toEqual(notEditable(/too old/))
    expect(decideRetract(late)).toEqual(notEditable(/too old/))
    expect(decideEdit(foreign, 'first')).toEqual(notEditable(/author/))
    expect(decideRetract({ ...gone, askerId: other })).toEqual(notEditable(/author/))
    expect(decideEdit(gone, 'second')).toEqual(notEditable(/retracted/))
  })

  test('[MSG-16] in a closed chat every change is chat_closed, for the author and for others', () => {
    expect(decideEdit(closed, 'second')).toEqual(chatClosed)
    expect(decideRetract(closed)).toEqual(chatClosed)
    expect(decideRetract({ ...closed, askerId: other })).toEqual(chatClosed)
  })
})
