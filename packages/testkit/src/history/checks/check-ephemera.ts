import type { LineOf } from '../history-line.ts'
import type { Stream } from '../index-history.ts'
import type { RunRecord } from '../run-record.ts'

/** I13: marks never go back, a read mark is not above the delivered one, and that is not beyond the end of the log. */
export function checkReceipts(run: RunRecord): string[] {
  const stored = [...run.chats.values()].flatMap(({ chatId, lastSeq, marks }) =>
    marks.flatMap((mark) => (inOrder(mark, lastSeq) ? [] : [`chat ${chatId} stores ${JSON.stringify(mark)}`])),
  )
  const reported = run.index.streams.flatMap((stream) =>
    fallingMarks(stream, run.chats.get(stream.chatId)?.lastSeq ?? 0),
  )
  return [...stored, ...reported].map((fault) => `I13 ${fault}`)
}

/**
 * I16: frames of marks and typing do not move a position, typing ends in time, and online clients are shown as online.
 */
export function checkEphemera(run: RunRecord): string[] {
  const faults = [...movedPositions(run), ...(run.calm ? [...longTyping(run), ...wrongPresence(run)] : [])]
  return faults.map((fault) => `I16 ${fault}`)
}

/** I20: every own message that a page has shown ends as sent or as failed. None is shown twice, and none vanishes. */
export function checkBubbles(run: RunRecord): string[] {
  const open = new Map<string, LineOf<'bubble'>>()
  const faults: string[] = []
  for (const line of run.index.of('bubble')) {
    if (line.state === 'shown') open.set(line.id, line)
    else open.delete(line.id)
    if (line.state === 'gone') faults.push(`message ${line.id} of ${line.who} vanished`)
    if (line.state === 'doubled') faults.push(`message ${line.id} of ${line.who} was shown twice`)
  }
  for (const { id, who } of open.values()) faults.push(`message ${id} of ${who} has no end`)
  return faults.map((fault) => `I20 ${fault}`)
}

function fallingMarks(stream: Stream, lastSeq: number): string[] {
  const newest = new Map<number, { delivered: number; read: number }>()
  return stream.frames.flatMap((frame) => {
    if (frame.t !== 'mark') return []
    const before = newest.get(frame.userId) ?? { delivered: 0, read: 0 }
    newest.set(frame.userId, frame)
    const rises = frame.delivered >= before.delivered && frame.read >= before.read
    return rises && inOrder(frame, lastSeq) ? [] : [`stream ${stream.stream} told ${JSON.stringify(frame)}`]
  })
}

function inOrder({ delivered, read }: { delivered: number; read: number }, lastSeq: number): boolean {
  return read <= delivered && delivered <= lastSeq
}

function movedPositions(run: RunRecord): string[] {
  return run.index.streams.flatMap((stream) => {
    let have = stream.seq
    return stream.frames.flatMap((frame) => {
      if (frame.t === 'ev') have = Math.max(have, frame.to)
      const ephemeral = frame.t === 'mark' || frame.t === 'typing'
      return ephemeral && frame.seq > have ? [`stream ${stream.stream}: a ${frame.t} frame moved to ${frame.seq}`] : []
    })
  })
}

/** Typing may be shown for its time plus the bound of staleness, because the call itself takes time to arrive. */
function longTyping(run: RunRecord): string[] {
  const reported = new Map<string, number[]>()
  for (const call of run.index.calls) {
    if (call.action !== 'typing') continue
    const userId = run.index.actors.get(call.who)?.userId
    const key = `${call.chatId} ${userId}`
    reported.set(key, [...(reported.get(key) ?? []), call.from])
  }
  return run.index.of('shownTyping').flatMap(({ who, chatId, userId, shown, at }) => {
    if (shown) return []
    const last = reported.get(`${chatId} ${userId}`)?.findLast((moment) => moment <= at) ?? Number.NEGATIVE_INFINITY
    const late = at - last - run.bounds.typingMs - run.bounds.staleMs
    return late > 0 ? [`${who} saw user ${userId} write in chat ${chatId} for ${Math.round(late)} ms too long`] : []
  })
}

function wrongPresence(run: RunRecord): string[] {
  return run.index.of('window').flatMap(({ who, chatId, present }) => {
    const operator = run.index.actors.get(who)?.role === 'operator'
    return operator && present === false ? [`${who} shows the client of chat ${chatId} as away`] : []
  })
}
