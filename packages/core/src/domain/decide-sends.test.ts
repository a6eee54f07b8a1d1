import { userIdSchema } from '@deskbell/contract/ids'
import type { LockedChat } from '@deskbell/db/locks'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideSends, type SendAnswer, type SendDecision, type SendRequest } from './decide-sends.ts'
import { chatId, client, command, operator, request, sendChat, sendState, sendTime, sentRow } from './send-fixture.ts'

const stored = (place: number, duplicate = false) => ({ outcome: 'stored', place, duplicate })
const reused = { outcome: 'refused', code: 'client_msg_id_reused' }
const closed = { outcome: 'refused', code: 'chat_closed' }

describe('decideSends', () => {
  test('[MSG-1] gives messages the next places in the log and the direction of the sender', () => {
    const chat = sendChat({ lastSeq: 4, inCount: 2, outCount: 1 })
    const { rows, heads } = decideSends(sendState([chat]), [request([command('a'), command('b')])])
    expect(rows.map(({ seq, direction, directionNo }) => ({ seq, direction, directionNo }))).toEqual([
      { seq: 5, direction: 'in', directionNo: 3 },
      { seq: 6, direction: 'in', directionNo: 4 },
    ])
    const head = { chatId: chat.id, lastSeq: 6, rev: 10, inCount: 4, outCount: 1, lastMessageAt: sendTime, newest: 1 }
    expect(heads).toEqual([{ ...head, waitingSince: sendTime }])
    const answer = decideSends(sendState([chat]), [request([command('a')], { actor: operator })])
    expect(answer.rows).toMatchObject([{ direction: 'out', directionNo: 2 }])
    expect(answer.heads).toMatchObject([{ inCount: 2, outCount: 2 }])
  })

  test('[CHAT-18] a client waits since its first message without an answer', () => {
    const earlier = new Date(sendTime.getTime() - 60_000)
    const [asks, answers] = [request([command('q')]), request([command('a')], { actor: operator })]
    const waitingAfter = (waitingSince: Date | null, ...sends: SendRequest[]) =>
      decideSends(sendState([sendChat({ waitingSince })]), sends).heads[0]?.waitingSince
    expect(waitingAfter(null, asks)).toEqual(sendTime)
    expect(waitingAfter(earlier, asks)).toEqual(earlier)
    expect(waitingAfter(earlier, answers)).toBeNull()
    expect(waitingAfter(null, answers)).toBeNull()
    expect(waitingAfter(earlier, answers, asks)).toEqual(sendTime)
    expect(waitingAfter(earlier, asks, answers)).toBeNull()
    // A replay changes nothing.
    const replay = decideSends(sendState([sendChat({ waitingSince: earlier })], [sentRow('q')]), [asks])
    expect(replay.heads).toEqual([])
  })

  test('[MSG-1] after the clock was set back a message is not older than the entry before it', () => {
    const lastEntryAt = new Date(sendTime.getTime() + 60_000)
    const { rows } = decideSends(sendState([sendChat({ lastEntryAt })]), [request([command('a')])])
    expect(rows[0]?.createdAt).toEqual(lastEntryAt)
  })

  test('[MSG-3] a closed chat takes no message', () => {
    const decision = decideSends(sendState([sendChat({ status: 'closed' })]), [request([command('a')])])
    expect(decision).toEqual({ answers: [[closed]], rows: [], heads: [] })
  })

  test('[MSG-4] a replay is answered with the first message in a closed chat too', () => {
    const first = sentRow('a')
    const decision = decideSends(sendState([sendChat({ status: 'closed' })], [first]), [request([command('a')])])
    expect(decision).toEqual({ answers: [[{ outcome: 'replay', first }]], rows: [], heads: [] })
  })

  test('[MSG-5] the same id with another text or chat is client_msg_id_reused', () => {
    const asked = [request([command('a')])]
    const otherText = sendState([sendChat()], [sentRow('a', { bodyHash: 'other' })])
    const otherChat = sendState([sendChat()], [sentRow('a', { chatId: chatId(99) })])
    expect(decideSends(otherText, asked).answers).toEqual([[reused]])
    expect(decideSends(otherChat, asked).answers).toEqual([[reused]])
  })

  test('[MSG-5] two users may use the same id, even if it looks like the key of the other', () => {
    const other = { userId: userIdSchema.parse(77), role: 'operator' } as const
    const state = sendState([sendChat()], [sentRow('7:a', { bodyHash: 'other' })])
    const { answers } = decideSends(state, [
      request([command('7:a')], { actor: other }),
      request([command('a')]),
      request([command('7:a')]),
    ])
    expect(answers).toEqual([[stored(0)], [stored(1)], [reused]])
  })

  test('[MSG-9] every item of a batch has its own outcome, and so has a repeat in the same batch', () => {
    const first = sentRow('old')
    const items = [command('old'), command('new'), command('new'), command('new', 'another text'), command('next')]
    const decision = decideSends(sendState([sendChat({ lastSeq: 9 })], [first]), [request(items)])
    expect(decision.answers).toEqual([[{ outcome: 'replay', first }, stored(0), stored(0, true), reused, stored(1)]])
    expect(decision.rows.map((row) => row.seq)).toEqual([10, 11])
  })

  test('[MSG-18] each of many sends has its own outcome, and the same id twice stores one message', () => {
    const chats = [sendChat({ lastSeq: 3 }), sendChat({ id: chatId(2), status: 'closed' })]
    const stranger = { userId: userIdSchema.parse(70), role: 'client' } as const
    const { answers, rows, heads } = decideSends(sendState(chats), [
      request([command('a')]),
      request([command('b')], { chatId: chatId(2) }),
      request([command('c')], { actor: stranger }),
      request([command('d')], { chatId: chatId(3) }),
      request([command('a')]),
      request([command('a', 'another text')]),
      request([command('a')], { chatId: chatId(2) }),
      request([command('a')], { actor: operator }),
    ])
    expect(answers).toEqual([[stored(0)], [closed], null, null, [stored(0, true)], [reused], [reused], [stored(1)]])
    expect(rows.map((row) => row.seq)).toEqual([4, 5])
    expect(heads).toMatchObject([{ chatId: 1, lastSeq: 5, inCount: 1, outCount: 1, newest: 1 }])
  })

  test('[CHAT-12] messages of one transaction raise rev by one', () => {
    const sends = [request([command('a'), command('b')]), request([command('c')], { actor: operator })]
    expect(decideSends(sendState([sendChat()]), sends).heads).toMatchObject([{ rev: 10 }])
  })

  test('[MSG-18] many sends decided together have the outcomes of sends decided one by one', () => {
    const actors = [client, operator, { userId: userIdSchema.parse(70), role: 'client' }] as const
    const sends = fc.record({
      chatId: fc.integer({ min: 1, max: 4 }).map(chatId),
      actor: fc.constantFrom(...actors),
      items: fc.array(
        fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e'), text: fc.constantFrom('one', 'two') }),
        { minLength: 1, maxLength: 4 },
      ),
    })
    const chats = [sendChat({ lastSeq: 5 }), sendChat({ id: chatId(2), status: 'closed' }), sendChat({ id: chatId(3) })]
    const before = [
      sentRow('a', { bodyHash: 'hash of one' }),
      sentRow('b', { chatId: chatId(2), bodyHash: 'hash of two' }),
    ]
    fc.assert(
      fc.property(fc.array(sends, { maxLength: 12 }), (drawn) => {
        const requests = drawn.map(({ items, ...rest }) =>
          request(
            items.map(({ id, text }) => command(id, text)),
            rest,
          ),
        )
        const atOnce = decideSends(sendState(chats, before), requests)
        const world = new World(chats, before)
        expect(outcomes(atOnce)).toEqual(requests.map((each) => world.decide(each)))
        expect(atOnce.rows).toEqual(world.rows)
        for (const head of atOnce.heads) expect(world.chat(head.chatId)).toMatchObject(withoutRev(head))
      }),
    )
  })
})

/** The outcomes as text that does not depend on how many were decided together. */
function outcomes({ answers, rows }: SendDecision): (string[] | null)[] {
  const placeOf = ({ chatId: id, seq }: { chatId: number; seq: number }) => `${id}/${seq}`
  const say = (answer: SendAnswer): string => {
    switch (answer.outcome) {
      case 'refused':
        return answer.code
      case 'replay':
        return `again ${placeOf(answer.first)}`
      case 'stored':
        return `${answer.duplicate ? 'again' : 'stored'} ${placeOf(rows[answer.place] ?? { chatId: 0, seq: 0 })}`
    }
  }
  return answers.map((each) => each?.map(say) ?? null)
}

/** A small database: each decision reads what the ones before have written. */
class World {
  readonly rows: SendDecision['rows'] = []
  readonly #chats: Map<number, LockedChat>
  readonly #sent: ReturnType<typeof sentRow>[]

  constructor(chats: readonly LockedChat[], sent: readonly ReturnType<typeof sentRow>[]) {
    this.#chats = new Map(chats.map((chat) => [chat.id, chat]))
    this.#sent = [...sent]
  }

  chat(id: number): LockedChat | undefined {
    return this.#chats.get(id)
  }

  decide(asked: SendRequest): string[] | null {
    const decision = decideSends(sendState([...this.#chats.values()], this.#sent), [asked])
    this.rows.push(...decision.rows)
    this.#sent.push(...decision.rows.map(({ clientMsgId, ...row }) => sentRow(clientMsgId, row)))
    for (const { chatId: id, lastMessageAt, newest, ...head } of decision.heads) {
      this.#chats.set(id, sendChat({ ...this.#chats.get(id), ...head, lastEntryAt: lastMessageAt }))
    }
    return outcomes(decision)[0] ?? null
  }
}

function withoutRev({ lastSeq, inCount, outCount, lastMessageAt, waitingSince }: SendDecision['heads'][number]) {
  return { lastSeq, inCount, outCount, lastEntryAt: lastMessageAt, waitingSince }
}
