import type { LogEntry } from '@deskbell/contract/events'
import { expect, test } from 'vitest'
import { unreadFrom } from './read-marks.ts'

/** `i` from the client, `o` from an operator, `-` another entry. */
function log(kinds: string, firstSeq = 1): LogEntry[] {
  return [...kinds].map((kind, place) => {
    const seq = firstSeq + place
    const message = { direction: kind === 'i' ? 'in' : 'out' }
    return (kind === '-' ? { seq, kind: 'assigned' } : { seq, kind: 'message', message }) as LogEntry
  })
}

const operator = { role: 'operator' } as const
const all = { hasMore: false }

test.each([
  ['oii', 2, 2],
  ['oii', 1, 3],
  ['oii', 0, null],
  ['ioio', 1, 3],
  ['oi-oi', 2, 2],
  // Everything is unread, and no message precedes it.
  ['-ii', 2, null],
  ['ii', 2, null],
])('[WEB-50] in %j with %i unread the divider is at %j', (kinds, unread, from) => {
  const entries = log(kinds)
  const lastSeq = entries.length
  expect(unreadFrom({ entries, ...all }, { viewer: operator, unread, lastSeq, top: lastSeq })).toBe(from)
})

test('[WEB-50] messages between the count and the first view are unread too, and later ones are not', () => {
  const entries = log('oioii')
  expect(unreadFrom({ entries, ...all }, { viewer: operator, unread: 0, lastSeq: 3, top: 4 })).toBe(4)
  expect(unreadFrom({ entries, ...all }, { viewer: operator, unread: 0, lastSeq: 4, top: 4 })).toBeNull()
})

test('[WEB-50] the divider is not shown until its page is loaded', () => {
  const count = { viewer: operator, unread: 4, lastSeq: 6, top: 6 }
  expect(unreadFrom({ entries: log('iii', 4), hasMore: true }, count)).toBeNull()
  expect(unreadFrom({ entries: log('oiiiii'), hasMore: false }, count)).toBe(3)
})

test('[WEB-50] for a client the messages of operators count', () => {
  const entries = log('ioo')
  expect(unreadFrom({ entries, ...all }, { viewer: { role: 'client' }, unread: 2, lastSeq: 3, top: 3 })).toBe(2)
})
