import { type Fault, type Findings, join, judgeEach } from '../findings.ts'
import type { Call } from '../index-history.ts'
import type { RunEntry, RunRecord } from '../run-record.ts'

/** I2: every acknowledged message is in the log, at the acknowledged `seq`. */
export function checkDurable(run: RunRecord): Findings {
  return judgeEach(sendsOf(run), ({ chatId, id, outcome, to: at }) => {
    if (outcome.kind !== 'ok') return undefined
    const seq = outcome.seq ?? 0
    if (run.chats.get(chatId)?.entries[seq - 1]?.clientMsgId === id) return null
    return { what: `acknowledged message ${id} is not where it was acknowledged`, chatId, seq, at }
  })
}

/** I3: a `clientMsgId` of an author is stored once, and all its acknowledgements have the same `seq`. */
export function checkOnce(run: RunRecord): Findings {
  const stored = Map.groupBy(messagesOf(run), ({ entry }) => `${entry.userId} ${entry.clientMsgId}`)
  const once = judgeEach(stored, ([key, found]) =>
    found.slice(1).map(({ chatId, entry }) => ({
      what: `message ${key} is stored ${found.length} times`,
      chatId,
      seq: entry.seq,
      at: entry.moment,
    })),
  )
  const places = new Map<string, string>()
  const moved = judgeEach(sendsOf(run), ({ chatId, id, outcome, to: at }) => {
    if (outcome.kind !== 'ok') return undefined
    const place = `chat ${chatId} seq ${outcome.seq}`
    const first = places.get(id) ?? place
    places.set(id, first)
    const what = `message ${id} was acknowledged at ${first} and at ${place}`
    return first === place ? null : { what, chatId, seq: outcome.seq ?? 0, at }
  })
  return join(once, moved)
}

/** I4: no message is stored that was not sent, and none is received before it was sent. */
export function checkNoPhantom(run: RunRecord): Findings {
  const invoked = new Map<string, number>()
  for (const call of sendsOf(run)) if (!invoked.has(call.id)) invoked.set(call.id, call.from)
  const seen = firstSeen(run)
  return judgeEach(messagesOf(run), ({ chatId, entry }) => {
    const { clientMsgId, seq, moment } = entry
    const from = invoked.get(clientMsgId ?? '')
    if (from === undefined) return { what: `message ${clientMsgId} was sent by nobody`, chatId, seq, at: moment }
    const at = seen.get(chatId)?.[seq] ?? Number.POSITIVE_INFINITY
    return at < from ? { what: `message ${clientMsgId} was seen before it was sent`, chatId, seq, at } : null
  })
}

/** I5: a message that was acknowledged before another one was first sent has the lower `seq`. */
export function checkRealTime(run: RunRecord): Findings {
  const firsts = new Map<string, Call>()
  for (const call of sendsOf(run)) if (!firsts.has(call.id)) firsts.set(call.id, call)
  const chats = Map.groupBy(firsts.values(), (call) => call.chatId)
  return judgeEach(chats, ([chatId, calls]) =>
    calls.length < 2 ? undefined : realTimeFaults(calls, placesOf(run, chatId)),
  )
}

/**
 * I6: the messages of an author in a chat are in the order in which they were first sent: those of its outbox, and those
 * that it sends beside it.
 */
export function checkSenderOrder(run: RunRecord): Findings {
  const newest = new Map<string, { id: string; seq: number }>()
  const counted = new Set<string>()
  return judgeEach(sendsOf(run), ({ who, chatId, id, isDirect, from: at }) => {
    const seq = placesOf(run, chatId).get(id)
    if (seq === undefined || counted.has(id)) return undefined
    counted.add(id)
    const key = `${who} ${chatId} ${isDirect}`
    const before = newest.get(key)
    if (before === undefined || seq > before.seq) newest.set(key, { id, seq })
    if (before === undefined) return undefined
    return seq > before.seq
      ? null
      : { what: `${who} sent ${before.id} (seq ${before.seq}) before ${id}`, chatId, seq, at }
  })
}

/** I8: a send of a stored message is never refused with `chat_closed`, however late it is repeated. */
export function checkReplayFirst(run: RunRecord): Findings {
  const sent = new Map<string, Call>()
  const closes = new Map([...run.chats].map(([chatId, { entries }]) => [chatId, entries.filter(isClose)]))
  return judgeEach(sendsOf(run), (call) => {
    const { chatId, id, outcome, from, to: at } = call
    const before = sent.get(id)
    sent.set(id, before ?? call)
    const seq = placesOf(run, chatId).get(id)
    if (outcome.kind === 'fail' && outcome.code === 'chat_closed' && seq !== undefined)
      return { what: `message ${id} was refused as chat_closed, and is stored`, chatId, seq, at }
    if (before === undefined || outcome.kind !== 'ok') return undefined
    // Only a repeat after a close could have been refused.
    const isAfterClose = closes.get(chatId)?.some((close) => close.seq > (seq ?? 0) && close.moment < from)
    return isAfterClose === true ? null : undefined
  })
}

export function sendsOf(run: Pick<RunRecord, 'index'>): Call[] {
  return run.index.calls.filter((call) => call.action === 'send')
}

function placesOf(run: RunRecord, chatId: number): ReadonlyMap<string, number> {
  return run.chats.get(chatId)?.places ?? new Map()
}

function realTimeFaults(calls: readonly Call[], places: ReadonlyMap<string, number>): Fault[] {
  const moments = calls.flatMap((call) => {
    const seq = places.get(call.id)
    if (seq === undefined) return []
    const begun = { at: call.from, call, seq, ended: false }
    return call.outcome.kind === 'ok' ? [begun, { at: call.to, call, seq, ended: true }] : [begun]
  })
  let acknowledged = { id: '', seq: 0 }
  return moments
    .sort((a, b) => a.at - b.at)
    .flatMap(({ call: { id, chatId }, seq, at, ended }) => {
      if (ended && seq > acknowledged.seq) acknowledged = { id, seq }
      if (ended || seq > acknowledged.seq) return []
      const what = `${acknowledged.id} (seq ${acknowledged.seq}) was acknowledged before ${id} was sent`
      return [{ what, chatId, seq, at }]
    })
}

/** Returns, by chat and `seq`, the time at which any follower first received the entry. */
function firstSeen(run: RunRecord): Map<number, number[]> {
  const seen = new Map<number, number[]>()
  for (const stream of run.index.streams) {
    const places = seen.get(stream.chatId) ?? []
    seen.set(stream.chatId, places)
    for (const frame of stream.frames) {
      if (frame.t !== 'ev') continue
      for (let seq = frame.from; seq <= frame.to; seq += 1) places[seq] = Math.min(places[seq] ?? frame.at, frame.at)
    }
  }
  return seen
}

function messagesOf(run: RunRecord): { chatId: number; entry: RunEntry }[] {
  return [...run.chats.values()].flatMap(({ chatId, entries }) =>
    entries.filter(isMessage).map((entry) => ({ chatId, entry })),
  )
}

function isMessage(entry: RunEntry): boolean {
  return entry.kind === 'message'
}

function isClose(entry: RunEntry): boolean {
  return entry.kind === 'closed'
}
