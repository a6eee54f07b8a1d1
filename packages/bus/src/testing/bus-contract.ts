import { logEntrySchema } from '@deskbell/contract/events'
import { chatIdSchema, userIdSchema } from '@deskbell/contract/ids'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bus, ChatHint, Hint, MarkHint, TypingHint } from '../bus.ts'

export type BusPair = {
  /** The buses of two processes. For a bus within one process both are the same. */
  one: Bus
  other: Bus
  close(): Promise<void>
}

/** Tests that every implementation must pass. Its own tests call this and add what is specific to it. */
export function describeBus(name: string, open: () => Promise<BusPair>): void {
  describe(name, () => {
    let pair: BusPair
    beforeAll(async () => {
      pair = await open()
      await Promise.all([pair.one.start(), pair.other.start()])
    })
    afterAll(async () => {
      await Promise.all([pair.one.stop(), pair.other.stop()])
      await pair.close()
    })

    test('[BUS-1] every subscriber of every process receives the published hints unchanged', async () => {
      const { one, other } = pair
      const listeners = [listen(one), listen(one), listen(other), listen(other)]
      const hints = [
        chatHint({ chatId: 7, seq: 3 }),
        markHint(7),
        typingHint(7),
        { t: 'session', sessionId: 12 } as const,
      ]
      for (const hint of hints) one.publish(hint)
      for (const listener of listeners) {
        await waitFor(() => listener.hints.length >= hints.length)
        expect(listener.hints).toEqual(hints)
        listener.stop()
      }
    })

    test('[BUS-1] without faults the other process receives each of many hints once', async () => {
      const { one, other } = pair
      const listener = listen(other)
      const count = 1_000
      for (let seq = 1; seq <= count; seq += 1) one.publish(chatHint({ chatId: 8, seq }))
      await waitFor(() => listener.hints.length >= count)
      const seqs = listener.hints.flatMap((hint) => (hint.t === 'chat' ? [hint.seq] : []))
      expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
      listener.stop()
    })

    test('[BUS-1] the subscribers of the publishing process are called before publish returns', () => {
      const listener = listen(pair.one)
      pair.one.publish(markHint(1))
      expect(has(listener.hints, markHint(1))).toBe(true)
      listener.stop()
    })

    test('[BUS-1] an ended subscription receives nothing more', async () => {
      const { one, other } = pair
      const ended = listen(other)
      ended.stop()
      const listener = listen(other)
      one.publish(markHint(2))
      await waitFor(() => has(listener.hints, markHint(2)))
      expect(ended.hints).toEqual([])
      listener.stop()
    })

    test('[BUS-3] if a subscriber throws, the others still receive the hint and publish does not throw', async () => {
      const { one, other } = pair
      const throwing = [one, other].map((bus) =>
        bus.subscribe(() => {
          throw new Error('a broken listener')
        }),
      )
      const listeners = [listen(one), listen(other)]
      one.publish(markHint(3))
      for (const listener of listeners) await waitFor(() => has(listener.hints, markHint(3)))
      for (const stop of [...throwing, ...listeners.map((listener) => listener.stop)]) stop()
    })
  })
}

export function listen(bus: Bus): { hints: Hint[]; stop: () => void } {
  const hints: Hint[] = []
  return { hints, stop: bus.subscribe((hint) => hints.push(hint)) }
}

/** Compares the chat only, because hints of the previous test may still arrive. */
function has(hints: readonly Hint[], wanted: MarkHint): boolean {
  return hints.some((hint) => hint.t === 'mark' && hint.chatId === wanted.chatId)
}

export function chatHint({ chatId, seq, text = 'hello' }: { chatId: number; seq: number; text?: string }): ChatHint {
  const at = '2026-01-02T03:04:05.678Z'
  const message = {
    id: seq,
    chatId,
    seq,
    userId: 2,
    direction: 'in',
    type: 'text',
    text,
    status: 'new',
    clientMsgId: 'a',
    createdAt: at,
  }
  const entry = logEntrySchema.parse({ seq, at, actor: { id: 2, name: 'A', role: 'client' }, kind: 'message', message })
  return {
    t: 'chat',
    epoch: 'e1',
    chatId: chatIdSchema.parse(chatId),
    clientId: userIdSchema.parse(2),
    operatorId: null,
    rev: seq,
    seq,
    entries: [entry],
  }
}

export function markHint(chatId: number): MarkHint {
  const userId = userIdSchema.parse(5)
  return {
    t: 'mark',
    epoch: 'e1',
    chatId: chatIdSchema.parse(chatId),
    clientId: userIdSchema.parse(2),
    userId,
    role: 'operator',
    deliveredSeq: 4,
    readSeq: 4,
  }
}

export function typingHint(chatId: number): TypingHint {
  return {
    t: 'typing',
    epoch: 'e1',
    chatId: chatIdSchema.parse(chatId),
    userId: userIdSchema.parse(5),
    role: 'operator',
    until: '2026-01-01T00:00:06.000Z',
  }
}
