import { expect, test } from 'vitest'
import type { Fact } from '../history/history-file.ts'
import { type CanaryEntry, CanaryWatch } from './canary.ts'

const sent: CanaryEntry = { seq: 1, kind: 'message', message: { id: 7, clientMsgId: 'client-1-3' } }
const retracted: CanaryEntry = { seq: 2, kind: 'retracted', data: { messageId: 7 } }

/** Looks at frames in turn, and returns what was recorded. */
function look(watch: CanaryWatch, ...frames: (readonly [entries: CanaryEntry[], text: string])[]): Fact[] {
  const facts: Fact[] = []
  for (const [entries, text] of frames) {
    const raw = JSON.stringify({ entries, text, clientMsgId: 'client-1-3' })
    watch.look(entries, raw, (fact) => facts.push(fact))
  }
  return facts
}

const line = (found: boolean): Fact => ({ t: 'canary', chatId: 5, seq: 2, id: 'client-1-3', found })

test('[CHECK-7] a text before its retraction is no canary', () => {
  expect(look(new CanaryWatch(5), [[sent], 'client-1-3 hello'], [[retracted], ''])).toEqual([])
})

test('[CHECK-7] a frame with a message and its retraction is recorded, with the text or without', () => {
  expect(look(new CanaryWatch(5), [[sent, retracted], ''])).toEqual([line(false)])
  expect(look(new CanaryWatch(5), [[sent, retracted], 'client-1-3 hello'])).toEqual([line(true)])
})

test('[CHECK-7] a text is found in a later frame of the stream, whatever carries it', () => {
  const edit: CanaryEntry = { seq: 3, kind: 'edited', data: { messageId: 7 } }
  const facts = look(new CanaryWatch(5), [[sent], 'client-1-3 hello'], [[retracted], ''], [[edit], 'client-1-3 edited'])
  expect(facts).toEqual([line(true)])
})

test('[CHECK-7] a stream that begins after a retraction was seen must not bring the text back', () => {
  const earlier = new CanaryWatch(5)
  look(earlier, [[sent], 'client-1-3 hello'], [[retracted], ''])
  expect(look(new CanaryWatch(5, earlier), [[sent], 'client-1-3 hello'])).toEqual([line(true)])
})
