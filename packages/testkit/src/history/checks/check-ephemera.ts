import { typingRepeatMs } from '@deskbell/contract/limits'
import { type Findings, join, judgeEach } from '../findings.ts'
import type { Call, Stream } from '../index-history.ts'
import type { RunRecord } from '../run-record.ts'
import { closedTimes } from './check-stored-logs.ts'

/** I16: frames of marks and typing do not move a position. */
export function checkPositions(run: RunRecord): Findings {
  return judgeEach(run.index.streams, (stream) => {
    const { chatId } = stream
    let have = stream.seq
    const ephemeral = stream.frames.filter((frame) => frame.t === 'mark' || frame.t === 'typing')
    if (ephemeral.length === 0) return undefined
    return stream.frames.flatMap((frame) => {
      if (frame.t === 'ev') have = Math.max(have, frame.to)
      if ((frame.t !== 'mark' && frame.t !== 'typing') || frame.seq <= have) return []
      return [{ what: `on stream ${stream.stream} a ${frame.t} frame moved`, chatId, seq: frame.seq, at: frame.at }]
    })
  })
}

/**
 * I16: typing ends in time. It may be shown for its time plus the bound of staleness, because the call itself takes time
 * to arrive.
 */
export function checkTypingEnds(run: RunRecord): Findings {
  const reported = Map.groupBy(callsOf(run, 'typing'), (call) => typistOf(run, call))
  return judgeEach(run.index.of('shownTyping'), ({ who, chatId, userId, shown, at }) => {
    if (shown) return undefined
    const calls = reported.get(`${chatId} ${userId}`) ?? []
    const last = calls.findLast(({ from }) => from <= at)?.from ?? Number.NEGATIVE_INFINITY
    const late = at - last - run.bounds.typingMs - run.bounds.staleMs
    return late > 0 ? { what: `${who} saw user ${userId} type for ${Math.round(late)} ms too long`, chatId, at } : null
  })
}

/**
 * I16: when hints arrive, typing that no own message follows reaches every live follower. A single one may be lost. So a
 * fault is a follower who never sees a user type, or a round in which nobody sees anybody.
 */
export function checkTypingArrives(run: RunRecord): Findings {
  const pairs = [...alone(run)].flatMap((call) =>
    followersOf(run, call).map((stream) => ({ call, stream, key: `${stream.who} ${typistOf(run, call)}` })),
  )
  const seen = new Set(pairs.filter(({ call, stream }) => sees(run, stream, call)).map(({ key }) => key))
  const isDead = seen.size === 0 && pairs.length > 2
  const byPair = Map.groupBy(pairs, ({ key }) => key)
  return join(
    ...[...byPair].map(([key, found]) =>
      judgeEach(found, ({ call, stream }) => {
        if (seen.has(key) || (found.length === 1 && !isDead)) return null
        return { what: `${stream.who} never sees ${call.who} type`, chatId: call.chatId, at: call.from }
      }),
    ),
  )
}

/** I16: a page shows the typing that arrives. A message may end it at once, so one of several is enough. */
export function checkTypingShown(run: RunRecord): Findings {
  const shown = new Set(run.index.of('shownTyping').map((line) => `${line.who} ${line.chatId} ${line.userId}`))
  const watched = new Set(run.index.of('window').map(({ who, chatId }) => `${who} ${chatId}`))
  const frames = run.index.streams.flatMap(({ who, chatId, frames: all }) =>
    watched.has(`${who} ${chatId}`)
      ? all.flatMap((frame) => (frame.t === 'typing' ? [{ who, chatId, userId: frame.userId, at: frame.at }] : []))
      : [],
  )
  const byPair = Map.groupBy(frames, ({ who, chatId, userId }) => `${who} ${chatId} ${userId}`)
  return judgeEach(byPair, ([key, [first, ...more]]) => {
    if (shown.has(key)) return null
    if (first === undefined || more.length === 0) return undefined
    const { who, chatId, userId, at } = first
    return { what: `${who} never shows that user ${userId} types`, chatId, at }
  })
}

/** I16: at the end of a calm run, every operator sees that the client is online, because all are connected. */
export function checkPresence(run: RunRecord): Findings {
  return judgeEach(run.index.of('window'), ({ who, chatId, present, at }) => {
    if (run.index.actors.get(who)?.role !== 'operator') return undefined
    if (present === true) return null
    return { what: `${who} shows the client as ${present === null ? 'unknown' : 'away'}`, chatId, at }
  })
}

const aloneMs = 1_000

/** Calls that the SDK passes on, in an open chat, without a message of the same user close behind. */
function* alone(run: RunRecord): Generator<Call> {
  const last = new Map<string, number>()
  for (const call of callsOf(run, 'typing')) {
    const key = typistOf(run, call)
    const isFirst = call.from - (last.get(key) ?? Number.NEGATIVE_INFINITY) > typingRepeatMs
    if (!isFirst) continue
    last.set(key, call.from)
    const { entries = [] } = run.chats.get(call.chatId) ?? {}
    const userId = run.index.actors.get(call.who)?.userId
    const during = (moment: number) => moment > call.from - aloneMs / 10 && moment < call.from + aloneMs
    const isClosed = closedTimes(entries).some(({ from, to }) => from < call.from + aloneMs && to > call.from - aloneMs)
    const writes = entries.some((entry) => entry.userId === userId && entry.kind === 'message' && during(entry.moment))
    if (!isClosed && !writes) yield call
  }
}

/** The streams of others that were live before the call and stayed open. */
function followersOf(run: RunRecord, { who, chatId, from }: Call): Stream[] {
  const ofChat = run.index.streams.filter((stream) => stream.chatId === chatId && stream.who !== who)
  return ofChat.filter(({ who: follower, frames, to }) => {
    const liveAt = frames.find((frame) => frame.t === 'live')?.at ?? Number.POSITIVE_INFINITY
    return liveAt < from && to > from + aloneMs && !run.slow.has(follower)
  })
}

function sees(run: RunRecord, { frames }: Stream, { who, from }: Call): boolean {
  const userId = run.index.actors.get(who)?.userId
  return frames.some((frame) => frame.t === 'typing' && frame.userId === userId && frame.at >= from)
}

function typistOf(run: RunRecord, { who, chatId }: Call): string {
  return `${chatId} ${run.index.actors.get(who)?.userId}`
}

function callsOf(run: RunRecord, action: Call['action']): Call[] {
  return run.index.calls.filter((call) => call.action === action)
}
