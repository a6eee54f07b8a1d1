import { chatIdSchema, messageIdSchema, userIdSchema } from '@deskbell/contract/ids'
import type { SentRow } from '@deskbell/db/queries/messages'
import { describe, expect, test } from 'vitest'
import { decideSends, type SendCommand, type SendState } from './decide-sends.ts'

const at = new Date('2030-01-01T00:00:00.000Z')
const client = { userId: userIdSchema.parse(7), role: 'client' } as const
const operator = { userId: userIdSchema.parse(8), role: 'operator' } as const

describe('decideSends', () => {
  test('[MSG-1] gives the next places and the direction of the sender', () => {
    const { write } = decideSends(state({ lastSeq: 4, inCount: 2, outCount: 1 }), [command('a'), command('b')])
    expect(write?.rows.map(({ seq, direction, directionNo }) => ({ seq, direction, directionNo }))).toEqual([
      { seq: 5, direction: 'in', directionNo: 3 },
      { seq: 6, direction: 'in', directionNo: 4 },
    ])
    expect(write?.head).toEqual({ lastSeq: 6, rev: 10, inCount: 4, outCount: 1, lastMessageAt: at })
    const answer = decideSends({ ...state({ outCount: 1 }), sender: operator }, [command('a')])
    expect(answer.write?.rows[0]).toMatchObject({ direction: 'out', directionNo: 2 })
    expect(answer.write?.head).toMatchObject({ inCount: 0, outCount: 2 })
  })

  test('[MSG-3] a closed chat takes no message', () => {
    const decision = decideSends(state({ status: 'closed' }), [command('a')])
    expect(decision).toEqual({ answers: [{ outcome: 'refused', code: 'chat_closed' }], write: null })
  })

  test('[MSG-4] a replay is answered before the status of the chat is asked', () => {
    const first = sentRow('a')
    const decision = decideSends({ ...state({ status: 'closed' }), sent: [first] }, [command('a')])
    expect(decision).toEqual({ answers: [{ outcome: 'replay', first }], write: null })
  })

  test('[MSG-5] another text or another chat is no replay', () => {
    const refused = { outcome: 'refused', code: 'client_msg_id_reused' }
    const otherText = { ...state(), sent: [sentRow('a', { bodyHash: 'other' })] }
    const otherChat = { ...state(), sent: [sentRow('a', { chatId: chatIdSchema.parse(99) })] }
    expect(decideSends(otherText, [command('a')]).answers).toEqual([refused])
    expect(decideSends(otherChat, [command('a')]).answers).toEqual([refused])
  })

  test('[MSG-9] every item of a batch has its own outcome, a repeat inside the batch too', () => {
    const first = sentRow('old')
    const decision = decideSends({ ...state({ lastSeq: 9 }), sent: [first] }, [
      command('old'),
      command('new'),
      command('new'),
      command('new', 'another text'),
      command('next'),
    ])
    expect(decision.answers).toEqual([
      { outcome: 'replay', first },
      { outcome: 'stored', place: 0, duplicate: false },
      { outcome: 'stored', place: 0, duplicate: true },
      { outcome: 'refused', code: 'client_msg_id_reused' },
      { outcome: 'stored', place: 1, duplicate: false },
    ])
    expect(decision.write?.rows.map((row) => row.seq)).toEqual([10, 11])
  })

  test('[CHAT-12] a batch is one change of the chat', () => {
    expect(decideSends(state(), [command('a'), command('b'), command('c')]).write?.head.rev).toBe(10)
  })
})

function state(chat: Partial<SendState['chat']> = {}): SendState {
  const open = { id: chatIdSchema.parse(1), status: 'open', lastSeq: 0, rev: 9, inCount: 0, outCount: 0 } as const
  return { chat: { ...open, ...chat }, sender: client, at, sent: [] }
}

function command(clientMsgId: string, text = 'hello'): SendCommand {
  return { clientMsgId, text, bodyHash: `hash of ${text}` }
}

function sentRow(clientMsgId: string, overrides: Partial<SentRow> = {}): SentRow {
  return {
    id: messageIdSchema.parse(50),
    chatId: chatIdSchema.parse(1),
    seq: 3,
    userId: client.userId,
    direction: 'in',
    type: 'text',
    text: 'hello',
    clientMsgId,
    createdAt: at,
    bodyHash: 'hash of hello',
    ...overrides,
  }
}
