import { logEntrySchema } from '@deskbell/contract/events'
import { userIdSchema } from '@deskbell/contract/ids'
import { typingShowMs } from '@deskbell/contract/limits'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { People, TypingNotice } from './people.ts'

const ann = userIdSchema.parse(1)
const bob = userIdSchema.parse(2)

let changes: number
let people: People

beforeEach(() => {
  vi.useFakeTimers()
  changes = 0
  people = new People(() => {
    changes += 1
  })
})

afterEach(() => {
  people.stop()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

/** The server's clock is wrong by years, which must not matter. */
function typing(userId = ann, until = '1999-01-01T00:00:00.000Z'): void {
  people.frame({ t: 'typing', userId, role: 'client', until })
}

function message(userId = ann) {
  const at = '2026-01-01T00:00:00.000Z'
  const fixed = { id: 1, chatId: 1, seq: 1, direction: 'in', type: 'text', text: 'x', status: 'new', clientMsgId: null }
  return logEntrySchema.parse({
    seq: 1,
    at,
    actor: null,
    kind: 'message',
    message: { ...fixed, userId, createdAt: at },
  })
}

const tick = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const typists = () => people.state.typing.map(({ userId }) => userId)

describe('People', () => {
  test('[SDK-17] typing is shown for at most six seconds after the last notification, by the local clock', async () => {
    typing()
    await tick(typingShowMs - 1)
    expect(typists()).toEqual([ann])
    typing(ann, '2999-01-01T00:00:00.000Z')
    await tick(typingShowMs - 1)
    expect(typists()).toEqual([ann])
    await tick(2)
    expect(typists()).toEqual([])
  })

  test('[SDK-17] the end of typing is notified, also when the timer fires between two milliseconds', async () => {
    vi.spyOn(performance, 'now').mockReturnValueOnce(0.4).mockReturnValueOnce(0.6)
    typing()
    await tick(typingShowMs - 1)
    expect(changes).toBe(1)
    vi.mocked(performance.now).mockReturnValueOnce(typingShowMs + 0.4)
    await tick(3)
    expect(changes).toBe(2)
  })

  test('[SDK-17] a wall clock that jumps changes nothing', async () => {
    typing()
    vi.setSystemTime(0)
    await tick(typingShowMs - 1)
    expect(typists()).toEqual([ann])
    vi.setSystemTime('2099-01-01')
    expect(typists()).toEqual([ann])
    await tick(2)
    expect(typists()).toEqual([])
  })

  test('[SDK-17] the end of typing is notified for each person in time, however long the program runs', async () => {
    await tick(60_000)
    typing(ann)
    await tick(2_000)
    typing(bob)
    await tick(typingShowMs - 2_000 + 2)
    expect([changes, typists()]).toEqual([3, [bob]])
    await tick(2_000)
    expect([changes, typists()]).toEqual([4, []])
  })

  test('[SDK-17] what says nothing about people changes nothing, and nobody who types needs no timer', () => {
    people.frame({ t: 'presence', clientOnline: true, clientSeenAt: null })
    const before = people.state
    people.frame({ t: 'hb', top: 1 })
    people.entries([message(ann)])
    expect(people.state).toBe(before)
    expect(changes).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[SDK-17] a message ends the typing of its author only', () => {
    typing(ann)
    typing(bob)
    people.entries([message(ann)])
    expect(typists()).toEqual([bob])
  })

  test('[SDK-17] a repeated notification of the same user changes nothing', () => {
    typing()
    const { typing: shown } = people.state
    typing()
    expect(people.state.typing).toBe(shown)
  })

  test('[LIVE-15] an operator sees whether the client is online, or when it was last seen', () => {
    expect(people.state.presence).toBeNull()
    people.frame({ t: 'presence', clientOnline: false, clientSeenAt: '2026-01-01T00:00:00.000Z' })
    expect(people.state.presence).toEqual({ online: false, seenAt: '2026-01-01T00:00:00.000Z' })
    expect(changes).toBe(1)
  })
})

describe('TypingNotice', () => {
  test('[SDK-17] keystrokes are reported at most every three seconds, and at once after a message', async () => {
    let told = 0
    const notice = new TypingNotice(() => {
      told += 1
    })
    for (let key = 0; key < 61; key += 1) {
      notice.keystroke()
      await tick(100)
    }
    expect(told).toBe(3)
    notice.sent()
    notice.keystroke()
    expect(told).toBe(4)
  })
})
