import { describe, expect, test } from 'vitest'
import { checkLog, type LogHistory, type SendRecord, type StoredEntry } from './check-log.ts'

const good: LogHistory = {
  entries: [message(1, 'a'), message(2, 'b'), event(3, 'closed')],
  lastSeq: 3,
  sends: [acknowledged('a', 1), acknowledged('b', 2), record('c', { kind: 'refused', code: 'chat_closed' })],
}

describe('checkLog', () => {
  test('[MSG-2] [MSG-3] [MSG-7] finds nothing in a correct history', () => {
    expect(checkLog(good)).toEqual([])
  })

  test('[CHAT-15] [MSG-3] accepts messages and edits after a reopening', () => {
    const reopened = [event(4, 'reopened'), message(5, 'd'), event(6, 'edited'), event(7, 'closed')]
    const sends = [...good.sends, acknowledged('d', 5)]
    expect(checkLog({ entries: [...good.entries, ...reopened], lastSeq: 7, sends })).toEqual([])
  })

  const faults: [string, Partial<LogHistory>, RegExp][] = [
    ['a hole', { entries: good.entries.toSpliced(1, 1), sends: [] }, /has seq 3/],
    ['a doubled place', { entries: [...good.entries, message(3, 'd')] }, /has seq 3/],
    ['a head that differs', { lastSeq: 4 }, /last_seq is 4/],
    ['a message after the close', { entries: [...good.entries, message(4, 'd')], lastSeq: 4 }, /after the close/],
    [
      'an edit after the close',
      { entries: [...good.entries, event(4, 'edited')], lastSeq: 4 },
      /edited.*after the close/,
    ],
    [
      'an open chat reopened',
      { entries: [...good.entries, event(4, 'reopened'), event(5, 'reopened')] },
      /seq 5.*open/,
    ],
    [
      'a falling time',
      { entries: [{ ...message(1, 'a'), at: new Date(9e12) }, ...good.entries.slice(1)] },
      /time falls/,
    ],
    ['a falling id', { entries: [{ ...message(1, 'a'), id: 999 }, ...good.entries.slice(1)] }, /id falls/],
    ['a lost message', { sends: [...good.sends, acknowledged('z', 2)] }, /z is lost/],
    ['another place', { sends: [...good.sends, acknowledged('a', 2)] }, /stands at 1/],
    [
      'a refused one that is stored',
      { sends: [record('a', { kind: 'refused', code: 'x' }), acknowledged('b', 2)] },
      /is stored/,
    ],
    ['one that nobody sent', { sends: [acknowledged('a', 1)] }, /sent by nobody/],
    ['one stored twice', { entries: [message(1, 'a'), message(2, 'a'), message(3, 'b')] }, /stored 2 times/],
  ]
  test.each(faults)('[MSG-2] [MSG-3] [MSG-7] finds %s', (_name, change, sentence) => {
    expect(checkLog({ ...good, ...change })).toContainEqual(expect.stringMatching(sentence))
  })
})

function message(seq: number, clientMsgId: string): StoredEntry {
  return { seq, kind: 'message', at: new Date(seq * 1000), userId: 1, id: seq + 100, clientMsgId }
}

function event(seq: number, kind: string): StoredEntry {
  return { ...message(seq, ''), kind, id: null, clientMsgId: null }
}

function acknowledged(clientMsgId: string, seq: number): SendRecord {
  return record(clientMsgId, { kind: 'acknowledged', seq })
}

function record(clientMsgId: string, outcome: SendRecord['outcome']): SendRecord {
  return { userId: 1, clientMsgId, outcome }
}
