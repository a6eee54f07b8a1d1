import { expect, test } from 'vitest'
import { addJudged, checkHistory, checks, emptyChecks } from './check-history.ts'
import { fileFaults } from './file-faults.ts'
import type { HistoryLine, InboxRow, LineOf } from './history-line.ts'
import { event, goodRun, message, type RunFixture, sent, toRun, windowOf } from './run-fixture.ts'

test('[CHECK-1] [CHECK-2] no check reports a violation in a correct history', () => {
  expect(violationsOf(goodRun())).toEqual([])
})

test('[CHECK-8] every check of a round judges something in a correct history, and says how often', () => {
  const sums: Record<string, number> = {}
  for (const kind of ['delivering', 'slow'] as const)
    addJudged(sums, checkHistory(toRun({ ...goodRun(), kind })).judged)
  expect(Object.keys(sums).toSorted()).toEqual(checks.map(({ id, name }) => `${id} ${name}`).toSorted())
  expect(emptyChecks(sums)).toEqual([])
})

test('[CHECK-8] a check that judged nothing in all rounds together is named', () => {
  const sums: Record<string, number> = {}
  const silent = goodRun()
  drop(silent, ({ t }) => t === 'typing')
  drop(silent, (line) => line.t === 'invoke' && line.action === 'typing')
  drop(silent, ({ t }) => t === 'shownTyping')
  addJudged(sums, checkHistory(toRun(silent)).judged)
  expect(emptyChecks(sums)).toContain('CHECK-8 "I16 typing arrives" had nothing to judge')
  addJudged(sums, checkHistory(toRun(goodRun())).judged)
  expect(emptyChecks(sums)).toEqual([])
})

test('[CHECK-8] a check is not missed in rounds that cannot have what it judges', () => {
  const { judged } = checkHistory(toRun({ ...goodRun(), kind: 'mute' }))
  expect(judged).not.toHaveProperty('I16 typing arrives')
  expect(judged).toHaveProperty('I16 clients are online', 1)
})

test('[CHECK-8] typing that arrives once says something when it is shown, and nothing when it is not', () => {
  const once = goodRun()
  drop(once, ({ t, at }) => t === 'typing' && at === 9200)
  expect(checkHistory(toRun(once)).judged).toHaveProperty('I16 typing is shown', 1)
  drop(once, ({ t }) => t === 'shownTyping')
  expect(checkHistory(toRun(once)).judged).toHaveProperty('I16 typing is shown', 0)
})

/** In these two kinds of rounds together, every check applies. */
const allKinds = ['delivering', 'slow'] as const

function violationsOf(run: RunFixture): string[] {
  return allKinds.flatMap((kind) => checkHistory(toRun({ ...run, kind })).violations)
}

type Spoil = (run: RunFixture) => unknown
type Id = string

/** Faults, each with the invariant whose check must find it. */
const faults: [Id, string, Spoil][] = [
  ['I1', 'a head beyond the log', (run) => unseen(run, 7)],
  ['I1', 'a time that falls', (run) => void Object.assign(run.entries[2] ?? {}, { at: new Date(9e12) })],
  [
    'I2',
    'an acknowledged message that is elsewhere',
    (run) =>
      change(
        run,
        of('ok', (line) => line.op === 'x'),
        { seq: 1 },
      ),
  ],
  ['I3', 'a message that is stored twice', (run) => append(run, message({ seq: 7, userId: 1, clientMsgId: 'c' }))],
  ['I4', 'a message that nobody sent', (run) => append(run, message({ seq: 7, userId: 1, clientMsgId: 'ghost' }))],
  [
    'I4',
    'a message that is seen before it is sent',
    (run) =>
      change(
        run,
        of('ev', (line) => line.from === 1),
        { at: 900 },
      ),
  ],
  ['I5', 'a message that overtakes an acknowledged one', overtaken],
  ['I6', 'an author whose messages changed places', swapped],
  ['I7', 'a message after the close', lateMessage],
  ['I7', 'two closes', (run) => append(run, event(7, 'closed'), event(8, 'closed'))],
  ['I7', 'a refusal while the chat was open', refusedWhileOpen],
  ['I8', 'a stored message that was refused', refusedReplay],
  [
    'I9',
    'a hole in a stream',
    (run) =>
      change(
        run,
        of('ev', (line) => line.from === 2),
        { from: 3 },
      ),
  ],
  [
    'I9',
    'entries after a reset',
    (run) => run.lines.push({ at: 3000, who: 'op', t: 'reset', stream: 's', reason: 'far' }),
  ],
  [
    'I9',
    'an entry that comes twice',
    (run) => run.lines.push({ at: 3016, who: 'op', t: 'ev', stream: 's', from: 3, to: 3 }),
  ],
  [
    'I10',
    'a window that lacks the end',
    (run) => change(run, of('window'), { entries: windowOf(run.entries).slice(0, 5) }),
  ],
  ['I10', 'a window with another text', (run) => change(run, of('window'), { entries: otherText() })],
  ['I10', 'a follower that is not live', (run) => change(run, of('window'), { status: 'catching-up' })],
  ['I11', 'a follower who receives late', receiveLate],
  ['I12', 'entries for a foreign position', (run) => served(run, { epoch: 'other', seq: 0 })],
  ['I12', 'entries for a position in the future', (run) => served(run, { epoch: 'e', seq: 90 })],
  ['I13', 'a mark that goes back', (run) => run.lines.push(fallingMark)],
  ['I13', 'read before it arrived', (run) => run.marks.push({ userId: 3, role: 'client', delivered: 1, read: 2 })],
  ['I13', 'a window without the marks', (run) => change(run, of('window'), { marks: noMarks })],
  ['I13', 'a window with marks that nobody has', (run) => change(run, of('window'), { marks: highMarks })],
  ['I14', 'a wrong number of unread', (run) => inboxRow(run, { unread: 3 })],
  ['I15', 'a stale row', (run) => inboxRow(run, { rev: 5 })],
  [
    'I15',
    'a row that gives way to an older one',
    (run) => run.lines.push({ at: 7000, who: 'op', t: 'row', chatId: 1, rev: 4, unread: 0 }),
  ],
  [
    'I15',
    'a row of another client',
    (run) =>
      change(
        run,
        of('row', ({ who }) => who === 'cl'),
        { chatId: 2 },
      ),
  ],
  [
    'I16',
    'typing that moves the position',
    (run) => run.lines.push({ at: 7000, who: 'op', t: 'typing', stream: 's', seq: 7, userId: 1 }),
  ],
  [
    'I16',
    'typing that does not end',
    (run) =>
      change(
        run,
        of('shownTyping', (line) => !line.shown),
        { at: 18_000 },
      ),
  ],
  ['I16', 'a present client who is shown as away', (run) => change(run, of('window'), { present: false })],
  ['I16', 'a client whose presence never arrives', (run) => change(run, of('window'), { present: null })],
  ['I16', 'typing that reaches nobody', (run) => drop(run, ({ t }) => t === 'typing' || t === 'shownTyping')],
  ['I16', 'typing that arrives and is not shown', (run) => drop(run, ({ t }) => t === 'shownTyping')],
  ['I17', 'a queue over its bound', (run) => change(run, of('memory'), { queue: 2000 })],
  ['I17', 'rings over their bound', (run) => change(run, of('memory'), { rings: 101 })],
  ['I18', 'others who suffer from slow readers', (run) => Object.assign(run, { delays: { alone: 10, beside: 30 } })],
  [
    'I19',
    'a frame after the sign-out',
    (run) =>
      change(
        run,
        of('live', (line) => line.stream === 'l'),
        { at: 10_100 },
      ),
  ],
  ['I21', 'a foreign chat that may be read', (run) => answerForeign(run, { t: 'ok' })],
  [
    'I21',
    'a foreign chat that is told from a missing one',
    (run) => answerForeign(run, { t: 'fail', code: 'forbidden' }),
  ],
  [
    'I21',
    'a stream of a foreign chat',
    (run) =>
      change(
        run,
        of('start', ({ who }) => who === 'cl'),
        { chatId: 2, seq: 0 },
      ),
  ],
  ['I22', 'a retracted text in a frame', (run) => change(run, of('canary'), { found: true })],
  ['I22', 'a retracted text in a page', (run) => change(run, of('reread'), { found: true })],
  ['I22', 'a retracted text in a row', retractedPreview],
  [
    'I20',
    'a message that vanished',
    (run) =>
      change(
        run,
        of('bubble', ({ id, state }) => id === 'b' && state === 'sent'),
        { state: 'gone' },
      ),
  ],
  [
    'I20',
    'a message without an end',
    (run) => drop(run, (line) => line.t === 'bubble' && line.id === 'b' && line.state === 'sent'),
  ],
  ...fileFaults,
]

test.each(faults)('[CHECK-2] only the check of %s finds %s', (id, _what, spoil) => {
  const run = goodRun()
  spoil(run)
  const violations = violationsOf(run)
  expect(violations.length).toBeGreaterThan(0)
  expect(new Set(violations.map((violation) => violation.split(' ')[0]))).toEqual(new Set([id]))
})

test('[CHECK-2] every invariant has a fault in this test', () => {
  expect(new Set(faults.map(([id]) => id))).toEqual(new Set(checks.map(({ id }) => id)))
})

/** Facts of a process or of a whole round have no chat; what is only stored has no moment. */
const withoutChat = new Set(['I17', 'I18'])

test.each(faults)('[CHECK-9] the violation of %s for %s says in which chat, and where or when', (id, _what, spoil) => {
  const run = goodRun()
  spoil(run)
  for (const violation of violationsOf(run)) {
    if (!withoutChat.has(id)) expect(violation).toMatch(/\(chat \d+, (seq \d+|at \d+ ms)/)
    if (id !== 'I18') expect(violation).toMatch(/seq \d+|at \d+ ms/)
  }
})

const fallingMark: HistoryLine = {
  ...{ at: 7000, who: 'op', t: 'mark', stream: 's', seq: 6 },
  ...{ userId: 2, role: 'operator', delivered: 5, read: 1 },
}

/** Matches lines of one kind, or some of them. */
function of<T extends HistoryLine['t']>(t: T, which: (line: LineOf<T>) => boolean = () => true) {
  return (line: HistoryLine): line is LineOf<T> => isOf(line, t) && which(line)
}

function change<T extends HistoryLine>(
  run: RunFixture,
  picks: (line: HistoryLine) => line is T,
  fields: Partial<T>,
): void {
  for (const line of run.lines) if (picks(line)) Object.assign(line, fields)
}

function isOf<T extends HistoryLine['t']>(line: HistoryLine, t: T): line is LineOf<T> {
  return line.t === t
}

function drop(run: RunFixture, which: (line: HistoryLine) => boolean): void {
  run.lines = run.lines.filter((line) => !which(line))
}

/** Appends entries to the log and to the windows of all followers. */
function append(run: RunFixture, ...entries: RunFixture['entries']): void {
  replace(run, [...run.entries, ...entries])
}

function replace(run: RunFixture, entries: RunFixture['entries']): void {
  run.entries = entries
  run.lastSeq = entries.length
  change(run, of('window'), { entries: windowOf(entries) })
}

function unseen(run: RunFixture, lastSeq: number): void {
  run.lastSeq = lastSeq
  drop(run, (line) => line.t === 'window')
}

function overtaken(run: RunFixture): void {
  const [early, late] = [
    message({ seq: 6, userId: 2, clientMsgId: 'y' }),
    message({ seq: 7, userId: 1, clientMsgId: 'c' }),
  ]
  replace(run, [...run.entries.slice(0, 5), early, late])
  run.lines.push(...sent(6500, 6510, { who: 'op', id: 'y', seq: 6 }))
  change(
    run,
    of('ok', (line) => line.op === 'c'),
    { seq: 7 },
  )
  receiveAt(run, 6600)
}

function swapped(run: RunFixture): void {
  const [first, second] = [
    message({ seq: 6, userId: 1, clientMsgId: 'd' }),
    message({ seq: 7, userId: 1, clientMsgId: 'c' }),
  ]
  replace(run, [...run.entries.slice(0, 5), first, second])
  run.lines.push(...sent(5995, 6010, { who: 'cl', id: 'd', seq: 6 }))
  change(
    run,
    of('ok', (line) => line.op === 'c'),
    { seq: 7 },
  )
}

function lateMessage(run: RunFixture): void {
  append(run, event(7, 'closed'), message({ seq: 8, userId: 2, clientMsgId: 'late' }))
  run.lines.push(...sent(7990, 8010, { who: 'op', id: 'late', seq: 8 }))
}

function refusedWhileOpen(run: RunFixture): void {
  change(
    run,
    of('invoke', (line) => line.op === 'no'),
    { at: 1100 },
  )
  change(
    run,
    of('fail', (line) => line.op === 'no'),
    { at: 1200 },
  )
}

function refusedReplay(run: RunFixture): void {
  run.lines.push({ at: 4100, who: 'cl', t: 'invoke', op: 'again', action: 'send', chatId: 1, id: 'a' })
  run.lines.push({ at: 4200, who: 'cl', t: 'fail', op: 'again', code: 'chat_closed' })
}

function receiveLate(run: RunFixture): void {
  receiveAt(run, 8100)
}

function receiveAt(run: RunFixture, at: number): void {
  change(
    run,
    of('ev', (line) => line.from === 4),
    { at },
  )
  change(run, of('mark'), { at: at + 1 })
}

/** Adds a stream that goes live from a position that the server should answer with `reset`. */
function served(run: RunFixture, position: { epoch: string; seq: number }): void {
  run.lines.push({ at: 7000, who: 'op', t: 'start', stream: 'z', chatId: 1, ...position })
  run.lines.push({ at: 7010, who: 'op', t: 'live', stream: 'z', top: 6 })
}

const noMarks = { delivered: { client: 0, operator: 0 }, read: { client: 0, operator: 0 } }
const highMarks = { delivered: { client: 0, operator: 6 }, read: { client: 0, operator: 4 } }

/** Gives every call for a foreign chat another answer. */
function answerForeign(run: RunFixture, answer: { t: 'ok' } | { t: 'fail'; code: string }): void {
  run.lines = run.lines.map((line) => {
    const isAnswer = line.t === 'fail' && line.op.startsWith('foreign')
    return isAnswer ? { at: line.at, who: line.who, op: line.op, ...answer } : line
  })
}

/** The last message is retracted, and the row still begins with its text. */
function retractedPreview(run: RunFixture): void {
  const content = 'message 106 '
  replace(
    run,
    run.entries.map((entry) => (entry.seq === 6 ? { ...entry, content } : entry)),
  )
}

function otherText(): [number, string][] {
  return windowOf(goodRun().entries).map(([seq, content]) => [seq, seq === 3 ? 'message 103 other' : content])
}

function inboxRow(run: RunFixture, fields: Partial<InboxRow>): void {
  for (const line of run.lines) if (line.t === 'inbox') line.rows = line.rows.map((row) => ({ ...row, ...fields }))
}
