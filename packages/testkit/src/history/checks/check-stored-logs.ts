import { type Findings, judgeEach } from '../findings.ts'
import type { RunRecord, StoredChat } from '../run-record.ts'
import { checkCloseBarrier, checkGapless, checkIds, checkTimes, type LogFault } from './check-log.ts'
import { sendsOf } from './check-sends.ts'

/** Tolerance between the clock of the database and that of the machine. */
const clockSlackMs = 50

/** I1: the log has every `seq` from 1 to `last_seq`; times do not fall, and ids rise. */
export function checkGaplessLogs(run: RunRecord): Findings {
  return perChat(run, ({ entries, lastSeq }) => {
    if (lastSeq === 0 && entries.length === 0) return undefined
    return [...checkGapless(entries, lastSeq), ...checkTimes(entries), ...checkIds(entries)]
  })
}

/** I7: a closed chat gets no entry but a reopening. */
export function checkCloseBarriers(run: RunRecord): Findings {
  return perChat(run, ({ entries }) =>
    entries.some(({ kind }) => kind === 'closed' || kind === 'reopened') ? checkCloseBarrier(entries) : undefined,
  )
}

/** I7: sends are refused with `chat_closed` only while the chat is closed. */
export function checkRefusals(run: RunRecord): Findings {
  const closed = new Map([...run.chats].map(([chatId, { entries }]) => [chatId, closedTimes(entries)]))
  return judgeEach(sendsOf(run), ({ id, chatId, from, to, outcome }) => {
    if (outcome.kind !== 'fail' || outcome.code !== 'chat_closed') return undefined
    const wasClosed = (closed.get(chatId) ?? []).some(
      (time) => time.from <= to + clockSlackMs && time.to >= from - clockSlackMs,
    )
    return wasClosed ? null : { what: `message ${id} was refused as chat_closed while it was open`, chatId, at: to }
  })
}

type Times = { from: number; to: number }[]

/**
 * Returns the times in which the chat was closed. A refusal is decided under the lock of the chat, so inside of them.
 */
export function closedTimes(entries: StoredChat['entries']): Times {
  const times: Times = []
  for (const { kind, moment } of entries) {
    if (kind === 'closed') times.push({ from: moment, to: Number.POSITIVE_INFINITY })
    const last = times.at(-1)
    if (kind === 'reopened' && last !== undefined) last.to = moment
  }
  return times
}

function perChat(run: RunRecord, check: (chat: StoredChat) => LogFault[] | undefined): Findings {
  return judgeEach(run.chats.values(), (chat) =>
    check(chat)?.map(({ what, seq }) => ({
      what,
      chatId: chat.chatId,
      seq,
      at: chat.entries.find((entry) => entry.seq === seq)?.moment,
    })),
  )
}
