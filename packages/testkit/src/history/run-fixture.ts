import { sidesOf } from './checks/check-marks.ts'
import type { ForeignVia, HistoryLine, SentFile, ServedFile, SideMarks } from './history-line.ts'
import { indexHistory } from './index-history.ts'
import { contentOf, storedChat } from './read-run.ts'
import type { RunEntry, RunRecord, StoredMark } from './run-record.ts'

/** A run as plain data, for tests that insert faults. The times of the log and of the lines are of one clock. */
export type RunFixture = Omit<RunRecord, 'index' | 'chats'> & {
  lines: HistoryLine[]
  entries: RunEntry[]
  lastSeq: number
  marks: StoredMark[]
  /** The log of another chat, whose messages have files. */
  fileEntries: RunEntry[]
}

export function toRun({ lines, entries, lastSeq, marks, fileEntries, ...rest }: RunFixture): RunRecord {
  const ofFiles = { chatId: fileChatId, lastSeq: fileEntries.length, entries: fileEntries, marks: [] }
  const chats = [{ chatId: 1, lastSeq, entries, marks }, ofFiles].map(storedChat)
  return { ...rest, index: indexHistory(lines), chats: new Map(chats.map((chat) => [chat.chatId, chat])) }
}

/**
 * A correct run of one chat: a client sends three messages, and an operator answers, closes and reopens. In another chat
 * the client sends an image with a text, and a file that it retracts.
 */
export function goodRun(): RunFixture {
  return {
    lines: goodLines(),
    entries: [
      message({ seq: 1, userId: 1, clientMsgId: 'a' }),
      { ...message({ seq: 2, userId: 2, clientMsgId: 'x' }), content: retracted },
      message({ seq: 3, userId: 1, clientMsgId: 'b' }),
      event(4, 'closed'),
      event(5, 'reopened'),
      message({ seq: 6, userId: 1, clientMsgId: 'c' }),
    ],
    lastSeq: 6,
    marks: [{ ...mark }],
    fileEntries: [
      message({ seq: 1, userId: 1, clientMsgId: 'f', files: ['f1', 'f2'] }),
      { ...message({ seq: 2, userId: 1, clientMsgId: 'g' }), content: retracted },
      { ...event(3, 'retracted'), content: contentOf({ kind: 'retracted', id: 102, text: null }) },
    ],
    servers: ['server'],
    files: {
      atRest: [...fileKeys],
      swept: [...fileKeys],
      rows: [
        { id: 'f1', chatId: fileChatId, seq: 1, hasThumbnail: true },
        { id: 'f2', chatId: fileChatId, seq: 1, hasThumbnail: false },
      ],
    },
    restMarks: new Map([[1, sidesOf([mark])]]),
    owners: new Map([
      [1, 1],
      [2, 9],
      [fileChatId, 1],
    ]),
    epoch: 'e',
    inboxes: new Map([['op', { rows: [{ ...row }], counts: { open: 1, mine: 1, unassigned: 0, unread: 2 } }]]),
    kind: 'delivering',
    slow: new Set(),
    delays: { alone: 10, beside: 11 },
    bounds: {
      staleMs: 2_000,
      typingMs: 6_000,
      accessMs: 2_000,
      queueBytes: 1_000,
      isolationFactor: 1.2,
      isolationSlackMs: 5,
    },
  }
}

const retracted = contentOf({ kind: 'message', id: 102, text: '' })

const mark: StoredMark = { userId: 2, role: 'operator', delivered: 6, read: 1 }

type NewMessage = { seq: number; userId: number; clientMsgId: string; files?: readonly string[] }

export function message({ files = [], ...entry }: NewMessage): RunEntry {
  const id = entry.seq + 100
  const content = contentOf({ kind: 'message', id, text: entry.clientMsgId, files })
  return { ...entry, id, kind: 'message', content, files, at: new Date(entry.seq * 1000), moment: entry.seq * 1000 }
}

export function event(seq: number, kind: string): RunEntry {
  const content = contentOf({ kind, id: null, text: null })
  const at = new Date(seq * 1000)
  return { seq, kind, content, files: [], userId: 2, id: null, clientMsgId: null, at, moment: seq * 1000 }
}

export const fileChatId = 3
const fileKeys = ['files/f1/file', 'files/f1/thumbnail', 'files/f2/file']
const size = { width: 30, height: 20 }
const sentFiles: readonly SentFile[] = [
  { id: 'f1', sha256: 'image', size },
  { id: 'f2', sha256: 'text', size: null },
]
const servedFiles: readonly ServedFile[] = [
  {
    ...{ id: 'f1', status: 200, sha256: 'made anew', bytes: 300, announced: { bytes: 300, size }, decoded: size },
    thumbnail: { status: 200, decoded: size },
  },
  {
    ...{ id: 'f2', status: 200, sha256: 'text', bytes: 9, announced: { bytes: 9, size: null }, decoded: null },
    thumbnail: null,
  },
]

const row = { chatId: 1, rev: 6, unread: 2, status: 'open', operatorId: 2 }

const foreignVias: readonly ForeignVia[] = ['socket', 'http', 'batch', 'rest', 'sse']

/** Returns the window of a follower who shows these entries. */
export function windowOf(entries: readonly RunEntry[]): [number, string][] {
  return entries.map(({ seq, content }) => [seq, content])
}

function goodLines(): HistoryLine[] {
  const entries = ['message 101 a', retracted, 'message 103 b', 'closed ', 'reopened ', 'message 106 c']
  const marks: SideMarks = { delivered: { client: 0, operator: 6 }, read: { client: 0, operator: 1 } }
  const window = entries.map((content, place): [number, string] => [place + 1, content])
  return [
    { at: 0, who: 'cl', t: 'actor', userId: 1, role: 'client' },
    { at: 0, who: 'op', t: 'actor', userId: 2, role: 'operator' },
    { at: 1, who: 'op', t: 'start', stream: 's', chatId: 1, epoch: 'e', seq: 0 },
    { at: 2, who: 'op', t: 'live', stream: 's', top: 0 },
    ...sent(990, 1010, { who: 'cl', id: 'a', seq: 1 }),
    { at: 1015, who: 'op', t: 'ev', stream: 's', from: 1, to: 1 },
    ...sent(1990, 2010, { who: 'op', id: 'x', seq: 2 }),
    ...sent(2990, 3010, { who: 'cl', id: 'b', seq: 3 }),
    { at: 3015, who: 'op', t: 'ev', stream: 's', from: 2, to: 3 },
    { at: 4100, who: 'cl', t: 'invoke', op: 'no', action: 'send', chatId: 1, id: 'no' },
    { at: 4200, who: 'cl', t: 'fail', op: 'no', code: 'chat_closed' },
    ...sent(5990, 6010, { who: 'cl', id: 'c', seq: 6 }),
    { at: 6015, who: 'op', t: 'ev', stream: 's', from: 4, to: 6 },
    { at: 6016, who: 'op', t: 'mark', stream: 's', seq: 6, userId: 2, role: 'operator', delivered: 6, read: 1 },
    { at: 6100, who: 'cl', t: 'invoke', op: 'typing', action: 'typing', chatId: 1 },
    { at: 6150, who: 'op', t: 'typing', stream: 's', seq: 3, userId: 1 },
    { at: 9150, who: 'cl', t: 'invoke', op: 'typing again', action: 'typing', chatId: 1 },
    { at: 9200, who: 'op', t: 'typing', stream: 's', seq: 3, userId: 1 },
    { at: 6200, who: 'op', t: 'shownTyping', chatId: 1, userId: 1, shown: true },
    { at: 12_200, who: 'op', t: 'shownTyping', chatId: 1, userId: 1, shown: false },
    { at: 6250, who: 'cl', t: 'row', chatId: 1, rev: 6, unread: 0 },
    { at: 6300, who: 'op', t: 'row', chatId: 1, rev: 5, unread: 1 },
    { at: 6400, who: 'op', t: 'row', chatId: 1, rev: 6, unread: 2 },
    { at: 20_000, who: 'op', t: 'window', chatId: 1, status: 'live', entries: window, present: true, marks },
    {
      at: 20_000,
      who: 'op',
      t: 'inbox',
      rows: [{ ...row, preview: 'c 6000' }],
      counts: { open: 1, mine: 1, unassigned: 0, unread: 2 },
    },
    { at: 20_000, who: 'server', t: 'memory', queue: 10, rings: 10, ringsMax: 100, rss: 1 },
    { at: 7000, who: 'lv', t: 'start', stream: 'l', chatId: 1, epoch: 'e', seq: 6 },
    { at: 8000, who: 'lv', t: 'invoke', op: 'out', action: 'logout', chatId: 1 },
    { at: 8010, who: 'lv', t: 'ok', op: 'out' },
    { at: 8100, who: 'lv', t: 'live', stream: 'l', top: 6 },
    // A send that is repeated after the close, and a position that cannot be served.
    { at: 6500, who: 'cl', t: 'invoke', op: 'again', action: 'send', chatId: 1, id: 'a' },
    { at: 6510, who: 'cl', t: 'ok', op: 'again', seq: 1 },
    { at: 6600, who: 'op', t: 'start', stream: 'r', chatId: 1, epoch: 'other', seq: 1 },
    { at: 6610, who: 'op', t: 'reset', stream: 'r', reason: 'foreign' },
    { at: 6700, who: 'cl', t: 'start', stream: 'own', chatId: 1, epoch: 'e', seq: 6 },
    { at: 6710, who: 'cl', t: 'live', stream: 'own', top: 6 },
    ...foreignVias.flatMap((via) => refused(6800, via)),
    { at: 6900, who: 'op', t: 'canary', chatId: 1, seq: 6, id: 'gone', found: false },
    { at: 6900, who: 'cl', t: 'reread', chatId: 1, id: 'gone', by: 'chats.page', found: false },
    ...fileLines(),
  ]
}

function fileLines(): HistoryLine[] {
  const send = { action: 'send', chatId: fileChatId, isDirect: true } as const
  const files = [{ id: 'g1', sha256: 'other text', size: null }]
  return [
    { at: 900, who: 'cl', t: 'invoke', op: 'upload', action: 'upload', chatId: fileChatId, id: 'f 1.png' },
    { at: 910, who: 'cl', t: 'ok', op: 'upload' },
    { at: 990, who: 'cl', t: 'invoke', op: 'f', id: 'f', files: sentFiles, ...send },
    { at: 1010, who: 'cl', t: 'ok', op: 'f', seq: 1, files: ['f1', 'f2'] },
    { at: 1990, who: 'cl', t: 'invoke', op: 'g', id: 'g', files, ...send },
    { at: 2010, who: 'cl', t: 'ok', op: 'g', seq: 2, files: ['g1'] },
    { at: 20_000, who: 'server', t: 'served', chatId: fileChatId, id: 'f', files: servedFiles },
    { at: 20_000, who: 'server', t: 'served', chatId: fileChatId, id: 'g', files: [] },
    { at: 20_000, who: 'server', t: 'gone', chatId: fileChatId, id: 'g', statuses: [404, 404] },
  ]
}

function refused(at: number, via: ForeignVia): HistoryLine[] {
  return [
    { at, who: 'cl', t: 'invoke', op: `foreign ${via}`, action: 'foreign', chatId: 2, id: 'chats.get', via },
    { at: at + 10, who: 'cl', t: 'fail', op: `foreign ${via}`, code: 'not_found' },
  ]
}

/** Returns the lines of a message that is shown, sent and acknowledged. */
export function sent(
  from: number,
  to: number,
  { who, id, seq }: { who: string; id: string; seq: number },
): HistoryLine[] {
  return [
    { at: from, who, t: 'bubble', chatId: 1, id, state: 'shown' },
    { at: from, who, t: 'invoke', op: id, action: 'send', chatId: 1, id },
    { at: to, who, t: 'ok', op: id, seq },
    { at: to, who, t: 'bubble', chatId: 1, id, state: 'sent' },
  ]
}
