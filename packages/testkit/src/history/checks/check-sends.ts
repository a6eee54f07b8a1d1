import type { Call } from '../index-history.ts'
import type { RunEntry, RunRecord } from '../run-record.ts'

/** I2: every acknowledged message is in the log, at the acknowledged `seq`. */
export function checkDurable(run: RunRecord): string[] {
  return sendsOf(run).flatMap((call) => {
    if (call.outcome.kind !== 'ok') return []
    const found = run.chats.get(call.chatId)?.entries[(call.outcome.seq ?? 0) - 1]
    if (found?.clientMsgId === call.id) return []
    return [`I2 acknowledged message ${call.id} is not at seq ${call.outcome.seq} of chat ${call.chatId}`]
  })
}

/** I3: a `clientMsgId` of an author is stored once, and all its acknowledgements have the same `seq`. */
export function checkOnce(run: RunRecord): string[] {
  const stored = Map.groupBy(messagesOf(run), ({ entry }) => `${entry.userId} ${entry.clientMsgId}`)
  const doubled = [...stored].flatMap(([key, found]) =>
    found.length === 1 ? [] : [`I3 message ${key} is stored ${found.length} times`],
  )
  const places = new Map<string, string>()
  const moved = sendsOf(run).flatMap((call) => {
    if (call.outcome.kind !== 'ok') return []
    const place = `chat ${call.chatId} seq ${call.outcome.seq}`
    const first = places.get(call.id) ?? place
    places.set(call.id, first)
    return first === place ? [] : [`I3 message ${call.id} was acknowledged at ${first} and at ${place}`]
  })
  return [...doubled, ...moved]
}

/** I4: no message is stored that was not sent, and none is received before it was sent. */
export function checkNoPhantom(run: RunRecord): string[] {
  const invoked = new Map<string, number>()
  for (const call of sendsOf(run)) if (!invoked.has(call.id)) invoked.set(call.id, call.from)
  const seen = firstSeen(run)
  return messagesOf(run).flatMap(({ chatId, entry }) => {
    const from = invoked.get(entry.clientMsgId ?? '')
    if (from === undefined) return [`I4 message ${entry.clientMsgId} of chat ${chatId} was sent by nobody`]
    const at = seen.get(chatId)?.[entry.seq] ?? Number.POSITIVE_INFINITY
    return at < from ? [`I4 message ${entry.clientMsgId} was seen ${from - at} ms before it was sent`] : []
  })
}

/** I5: a message that was acknowledged before another one was first sent has the lower `seq`. */
export function checkRealTime(run: RunRecord): string[] {
  const firsts = new Map<string, Call>()
  for (const call of sendsOf(run)) if (!firsts.has(call.id)) firsts.set(call.id, call)
  return [...Map.groupBy(firsts.values(), (call) => call.chatId)].flatMap(([chatId, calls]) =>
    realTimeFaults(calls, placesOf(run, chatId)).map((fault) => `I5 ${fault} in chat ${chatId}`),
  )
}

/** I6: the messages of an author in a chat are in the order in which they were first sent. */
export function checkSenderOrder(run: RunRecord): string[] {
  const newest = new Map<string, { id: string; seq: number }>()
  const counted = new Set<string>()
  return sendsOf(run).flatMap((call) => {
    const seq = placesOf(run, call.chatId).get(call.id)
    if (seq === undefined || counted.has(call.id)) return []
    counted.add(call.id)
    const key = `${call.who} ${call.chatId}`
    const before = newest.get(key)
    if (before === undefined || seq > before.seq) newest.set(key, { id: call.id, seq })
    if (before === undefined || seq > before.seq) return []
    return [`I6 ${call.who} sent ${before.id} (seq ${before.seq}) before ${call.id} (seq ${seq})`]
  })
}

/** I8: a send of a stored message is never refused with `chat_closed`, however late it is repeated. */
export function checkReplayFirst(run: RunRecord): string[] {
  return sendsOf(run).flatMap((call) => {
    if (call.outcome.kind !== 'fail' || call.outcome.code !== 'chat_closed') return []
    const seq = placesOf(run, call.chatId).get(call.id)
    return seq === undefined ? [] : [`I8 message ${call.id} was refused as chat_closed and stands at seq ${seq}`]
  })
}

export function sendsOf(run: RunRecord): Call[] {
  return run.index.calls.filter((call) => call.action === 'send')
}

function placesOf(run: RunRecord, chatId: number): ReadonlyMap<string, number> {
  return run.chats.get(chatId)?.places ?? new Map()
}

function realTimeFaults(calls: readonly Call[], places: ReadonlyMap<string, number>): string[] {
  const moments = calls.flatMap((call) => {
    const seq = places.get(call.id)
    if (seq === undefined) return []
    const begun = { at: call.from, call, seq, ended: false }
    return call.outcome.kind === 'ok' ? [begun, { at: call.to, call, seq, ended: true }] : [begun]
  })
  let acknowledged = { id: '', seq: 0 }
  return moments
    .sort((a, b) => a.at - b.at)
    .flatMap(({ call, seq, ended }) => {
      if (ended && seq > acknowledged.seq) acknowledged = { id: call.id, seq }
      if (ended || seq > acknowledged.seq) return []
      return [`${acknowledged.id} (seq ${acknowledged.seq}) was acknowledged before ${call.id} (seq ${seq}) was sent`]
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
