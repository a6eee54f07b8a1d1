import { catchUpEntriesMax } from '@deskbell/contract/limits'
import { type Fault, type Findings, judgeEach } from '../findings.ts'
import type { Call, Stream } from '../index-history.ts'
import type { RunRecord } from '../run-record.ts'

/** I9: each stream delivers the entries after its position, each once and without a gap, and none after a reset. */
export function checkContiguous(run: RunRecord): Findings {
  return judgeEach(run.index.streams, (stream) => {
    const { chatId } = stream
    const faults: Fault[] = []
    let have = stream.seq
    let over = false
    for (const frame of stream.frames) {
      if (frame.t === 'reset') over = true
      if (frame.t !== 'ev') continue
      const { from: seq, at } = frame
      if (over) faults.push({ what: `${nameOf(stream)} got entries after the reset`, chatId, seq, at })
      if (seq > have + 1) faults.push({ what: `${nameOf(stream)} misses what is after seq ${have}`, chatId, seq, at })
      if (seq <= have)
        faults.push({ what: `${nameOf(stream)} got again what it had up to seq ${have}`, chatId, seq, at })
      have = Math.max(have, frame.to)
    }
    return stream.frames.some(({ t }) => t === 'ev') ? faults : undefined
  })
}

/** I10: at the end of a run every follower is live and shows exactly the log, from its first entry on. */
export function checkConverged(run: RunRecord): Findings {
  return judgeEach(run.index.of('window'), ({ who, chatId, status, entries, at }) => {
    const chat = run.chats.get(chatId)
    if (chat === undefined) return { what: `${who} shows a chat that is not stored`, chatId, at }
    if (status !== 'live') return { what: `${who} is ${status}`, chatId, at }
    const last = entries.at(-1)?.[0] ?? 0
    if (last !== chat.lastSeq) return { what: `${who} shows up to seq ${last}`, chatId, seq: chat.lastSeq, at }
    const first = entries[0]?.[0] ?? 1
    const wrong = entries.find(
      ([seq, content], place) => seq !== first + place || chat.entries[seq - 1]?.content !== content,
    )
    if (wrong === undefined) return null
    const [seq, content] = wrong
    return { what: `${who} shows "${content}", stored is "${chat.entries[seq - 1]?.content}"`, chatId, seq, at }
  })
}

/** I11: without faults a live follower receives an entry within the bound, also when the bus loses every hint. */
export function checkStaleness(run: RunRecord): Findings {
  const known = acknowledgedAt(run)
  const quick = run.index.streams.filter((stream) => !run.slow.has(stream.who))
  const frames = quick.flatMap((stream) => {
    const liveAt = stream.frames.find((frame) => frame.t === 'live')?.at ?? Number.POSITIVE_INFINITY
    return stream.frames.flatMap((frame) => (frame.t === 'ev' ? [{ stream, frame, liveAt }] : []))
  })
  return judgeEach(frames, ({ stream, frame, liveAt }) => {
    const { chatId } = stream
    const { from: seq, at } = frame
    const since = Math.max(earliest(known.get(chatId) ?? [], frame), liveAt)
    if (since === Number.POSITIVE_INFINITY) return undefined
    const late = at - since
    if (late <= run.bounds.staleMs) return null
    return { what: `${nameOf(stream)} got an entry ${Math.round(late)} ms after its commit`, chatId, seq, at }
  })
}

/** I12: a stream from a position that cannot be served starts with `reset`, and not with entries. */
export function checkHonestReset(run: RunRecord): Findings {
  const heads = new Heads(run)
  return judgeEach(run.index.streams, (stream) => {
    const reason = cannotServe(run, stream, heads)
    const first = stream.frames.find((frame) => frame.t === 'ev' || frame.t === 'reset' || frame.t === 'live')
    if (reason === null || first === undefined) return undefined
    if (first.t === 'reset') return null
    const { chatId, seq } = stream
    return { what: `${nameOf(stream)} began at a ${reason} position and got ${first.t}`, chatId, seq, at: first.at }
  })
}

/** Counts the entries that followers received, and those of them that they had received before. */
export function countRepeats(run: RunRecord): { entries: number; repeats: number } {
  const have = new Map<string, number>()
  let entries = 0
  let repeats = 0
  for (const stream of run.index.streams) {
    if (stream.rereads) continue
    const follower = `${stream.who} ${stream.chatId}`
    for (const frame of stream.frames) {
      if (frame.t !== 'ev') continue
      const before = have.get(follower) ?? 0
      entries += frame.to - frame.from + 1
      repeats += Math.max(0, Math.min(before, frame.to) - frame.from + 1)
      have.set(follower, Math.max(before, frame.to))
    }
  }
  return { entries, repeats }
}

type Moment = { at: number; seq: number }

/** A lower bound of the length of each log at a time: the highest `seq` that was acknowledged before. */
class Heads {
  readonly #known: Map<number, Moment[]>

  constructor(run: RunRecord) {
    const acknowledged = run.index.calls.filter((call) => call.action === 'send' && call.outcome.kind === 'ok')
    this.#known = new Map(
      [...Map.groupBy(acknowledged, (call) => call.chatId)].map(([chatId, calls]) => {
        const moments = calls.map((call) => ({ at: call.to, seq: placeOf(call) })).sort((a, b) => a.at - b.at)
        const rising: Moment[] = []
        for (const { at, seq } of moments) rising.push({ at, seq: Math.max(seq, rising.at(-1)?.seq ?? 0) })
        return [chatId, rising]
      }),
    )
  }

  at(chatId: number, moment: number): number {
    const known = this.#known.get(chatId) ?? []
    let low = 0
    let high = known.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((known[middle]?.at ?? 0) < moment) low = middle + 1
      else high = middle
    }
    return known[low - 1]?.seq ?? 0
  }
}

function placeOf({ outcome }: Call): number {
  return outcome.kind === 'ok' ? (outcome.seq ?? 0) : 0
}

function cannotServe(run: RunRecord, stream: Stream, heads: Heads): 'foreign' | 'future' | 'too_far' | null {
  if (stream.epoch !== run.epoch) return 'foreign'
  if (stream.seq > (run.chats.get(stream.chatId)?.lastSeq ?? 0)) return 'future'
  return heads.at(stream.chatId, stream.from) - stream.seq > catchUpEntriesMax ? 'too_far' : null
}

function earliest(times: readonly number[], { from, to }: { from: number; to: number }): number {
  let found = Number.POSITIVE_INFINITY
  for (let seq = from; seq <= to; seq += 1) found = Math.min(found, times[seq] ?? found)
  return found
}

/** Returns, by chat and `seq`, the time of the first acknowledgement. */
function acknowledgedAt(run: RunRecord): Map<number, number[]> {
  const times = new Map<number, number[]>()
  for (const call of run.index.calls) {
    if (call.action !== 'send' || call.outcome.kind !== 'ok' || call.outcome.seq === null) continue
    const chat = times.get(call.chatId) ?? []
    times.set(call.chatId, chat)
    chat[call.outcome.seq] = Math.min(chat[call.outcome.seq] ?? call.to, call.to)
  }
  return times
}

function nameOf({ who, stream }: Stream): string {
  return `${who} on stream ${stream}`
}
