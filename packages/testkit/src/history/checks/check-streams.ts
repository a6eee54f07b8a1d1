import { catchUpEntriesMax } from '@deskbell/contract/limits'
import type { Call, Stream } from '../index-history.ts'
import type { RunRecord } from '../run-record.ts'

/** I9: each stream delivers the entries after its position without a gap, and none after a reset. */
export function checkContiguous(run: RunRecord): string[] {
  return run.index.streams.flatMap((stream) => {
    const faults: string[] = []
    let have = stream.seq
    let over = false
    for (const frame of stream.frames) {
      if (frame.t === 'reset') over = true
      if (frame.t !== 'ev') continue
      if (over) faults.push(`${nameOf(stream)}: seq ${frame.from} came after the reset`)
      if (frame.from > have + 1) faults.push(`${nameOf(stream)}: seq ${frame.from} came after ${have}`)
      have = Math.max(have, frame.to)
    }
    return faults.map((fault) => `I9 ${fault}`)
  })
}

/** I10: at the end of a run every follower is live and shows exactly the log, from its first entry on. */
export function checkConverged(run: RunRecord): string[] {
  return run.index.of('window').flatMap(({ who, chatId, status, entries }) => {
    const chat = run.chats.get(chatId)
    const name = `I10 ${who} on chat ${chatId}`
    if (chat === undefined) return [`${name} shows a chat that is not stored`]
    if (status !== 'live') return [`${name} is ${status}`]
    const last = entries.at(-1)?.[0] ?? 0
    if (last !== chat.lastSeq) return [`${name} shows up to seq ${last} of ${chat.lastSeq}`]
    const first = entries[0]?.[0] ?? 1
    const wrong = entries.find(
      ([seq, content], place) => seq !== first + place || chat.entries[seq - 1]?.content !== content,
    )
    if (wrong === undefined) return []
    return [`${name} shows "${wrong[1]}" at seq ${wrong[0]}, stored is "${chat.entries[wrong[0] - 1]?.content}"`]
  })
}

/** I11: without faults a live follower receives an entry within the bound, also when the bus loses every hint. */
export function checkStaleness(run: RunRecord): string[] {
  if (!run.calm) return []
  const known = acknowledgedAt(run)
  const quick = run.index.streams.filter((stream) => !run.slow.has(stream.who))
  return quick.flatMap((stream) => {
    const times = known.get(stream.chatId) ?? []
    const liveAt = stream.frames.find((frame) => frame.t === 'live')?.at ?? Number.POSITIVE_INFINITY
    return stream.frames.flatMap((frame) => {
      if (frame.t !== 'ev') return []
      const since = Math.max(earliest(times, frame), liveAt)
      const late = frame.at - since
      return late > run.bounds.staleMs
        ? [`I11 ${nameOf(stream)} received seq ${frame.from} ${Math.round(late)} ms after its commit`]
        : []
    })
  })
}

/** I12: a stream from a position that cannot be served starts with `reset`, and not with entries. */
export function checkHonestReset(run: RunRecord): string[] {
  const heads = new Heads(run)
  return run.index.streams.flatMap((stream) => {
    const reason = cannotServe(run, stream, heads)
    if (reason === null) return []
    const first = stream.frames.find((frame) => frame.t === 'ev' || frame.t === 'reset' || frame.t === 'live')
    return first === undefined || first.t === 'reset'
      ? []
      : [`I12 ${nameOf(stream)} asked from a ${reason} position and got ${first.t} in place of reset`]
  })
}

/** Counts the entries that followers received, and those of them that they had received before. */
export function countRepeats(run: RunRecord): { entries: number; repeats: number } {
  const have = new Map<string, number>()
  let entries = 0
  let repeats = 0
  for (const stream of run.index.streams) {
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

function nameOf({ who, chatId, stream }: Stream): string {
  return `${who} on chat ${chatId} (stream ${stream})`
}
