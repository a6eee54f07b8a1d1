import type { RunRecord, StoredChat } from '../run-record.ts'
import { checkCloseBarrier, checkGapless, checkIds, checkTimes } from './check-log.ts'
import { sendsOf } from './check-sends.ts'

/** Tolerance between the clock of the database and that of the machine. */
const clockSlackMs = 50

/** I1: the log has every `seq` from 1 to `last_seq`; times do not fall, and ids rise. */
export function checkGaplessLogs(run: RunRecord): string[] {
  return perChat(run, 'I1', ({ entries, lastSeq }) => [
    ...checkGapless(entries, lastSeq),
    ...checkTimes(entries),
    ...checkIds(entries),
  ])
}

/**
 * I7: a closed chat gets no entry but a reopening, and sends are refused with `chat_closed` only while it is closed.
 */
export function checkCloseBarriers(run: RunRecord): string[] {
  return [...perChat(run, 'I7', ({ entries }) => checkCloseBarrier(entries)), ...checkRefusals(run)]
}

function checkRefusals(run: RunRecord): string[] {
  const refused = sendsOf(run).filter(({ outcome }) => outcome.kind === 'fail' && outcome.code === 'chat_closed')
  return [...Map.groupBy(refused, (call) => call.chatId)].flatMap(([chatId, calls]) => {
    const times = closedTimes(run.chats.get(chatId)?.entries ?? [])
    return calls.flatMap(({ id, from, to }) =>
      times.some((time) => time.from <= to + clockSlackMs && time.to >= from - clockSlackMs)
        ? []
        : [`I7 message ${id} was refused as chat_closed while chat ${chatId} was open`],
    )
  })
}

/**
 * Returns the times in which the chat was closed. A refusal is decided under the lock of the chat, so inside of them.
 */
function closedTimes(entries: StoredChat['entries']): { from: number; to: number }[] {
  const times: { from: number; to: number }[] = []
  for (const { kind, moment } of entries) {
    if (kind === 'closed') times.push({ from: moment, to: Number.POSITIVE_INFINITY })
    const last = times.at(-1)
    if (kind === 'reopened' && last !== undefined) last.to = moment
  }
  return times
}

function perChat(run: RunRecord, id: string, check: (chat: StoredChat) => string[]): string[] {
  return [...run.chats.values()].flatMap((chat) => check(chat).map((fault) => `${id} chat ${chat.chatId}: ${fault}`))
}
