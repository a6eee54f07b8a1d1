import { type Findings, judgeEach } from '../findings.ts'
import type { RunRecord } from '../run-record.ts'

/** I14: at the end of a run, the unread counts of all inboxes equal the counted messages. */
export function checkUnread(run: RunRecord): Findings {
  return judgeEach(atRest(run), ({ who, at, shown, stored }) => {
    if (shown === undefined) return undefined
    if (shown.unread === stored.unread) return null
    const { chatId } = stored
    return { what: `${who} has ${shown.unread} unread, counted are ${stored.unread}`, chatId, at }
  })
}

/** I15: at the end of a run, the rows of all inboxes equal the tables. */
export function checkRows(run: RunRecord): Findings {
  return judgeEach(atRest(run), ({ who, at, shown, stored }) => {
    const { chatId } = stored
    if (shown === undefined) return { what: `${who} misses the row`, chatId, at }
    const same = shown.rev === stored.rev && shown.status === stored.status && shown.operatorId === stored.operatorId
    return same
      ? null
      : { what: `${who} shows ${JSON.stringify(shown)}, stored is ${JSON.stringify(stored)}`, chatId, at }
  })
}

/** I15: at the end of a run, the counts of all inboxes equal the tables. */
export function checkCounts(run: RunRecord): Findings {
  return judgeEach(run.index.of('inbox'), ({ who, counts, at }) => {
    const stored = run.inboxes.get(who)?.counts
    if (stored === undefined) return undefined
    const same = (['open', 'mine', 'unassigned', 'unread'] as const).every((name) => counts?.[name] === stored[name])
    return same ? null : { what: `${who} counts ${JSON.stringify(counts)}, stored are ${JSON.stringify(stored)}`, at }
  })
}

/** I15: no row is ever replaced by an older one. */
export function checkRisingRows(run: RunRecord): Findings {
  const newest = new Map<string, number>()
  return judgeEach(run.index.of('row'), ({ who, chatId, rev, at }) => {
    const key = `${who} ${chatId}`
    const before = newest.get(key)
    newest.set(key, Math.max(before ?? 0, rev))
    if (before === undefined) return undefined
    return rev >= before ? null : { what: `${who} replaced rev ${before} by ${rev}`, chatId, at }
  })
}

/** I15: a client never gets the row of another client's chat. */
export function checkForeignRows(run: RunRecord): Findings {
  return judgeEach(run.index.of('row'), ({ who, chatId, at }) => {
    const actor = run.index.actors.get(who)
    if (actor?.role !== 'client') return undefined
    return run.owners.get(chatId) === actor.userId ? null : { what: `${who} got a row of another client`, chatId, at }
  })
}

function atRest(run: RunRecord) {
  return run.index.of('inbox').flatMap(({ who, at, rows }) => {
    const shown = new Map(rows.map((row) => [row.chatId, row]))
    return (run.inboxes.get(who)?.rows ?? []).map((stored) => ({ who, at, shown: shown.get(stored.chatId), stored }))
  })
}
