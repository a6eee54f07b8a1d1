import type { RunRecord } from '../run-record.ts'

/** I14: at the end of a run, the unread counts of all inboxes equal the counted messages. */
export function checkUnread(run: RunRecord): string[] {
  return atRest(run).flatMap(({ who, shown, stored }) =>
    shown === undefined || shown.unread === stored.unread
      ? []
      : [`I14 ${who} has ${shown.unread} unread in chat ${stored.chatId}, counted are ${stored.unread}`],
  )
}

/** I15: at the end of a run, all inboxes equal the tables, and no row was ever replaced by an older one. */
export function checkInboxes(run: RunRecord): string[] {
  return [...wrongRows(run), ...wrongCounts(run), ...fallingRows(run)].map((fault) => `I15 ${fault}`)
}

function wrongRows(run: RunRecord): string[] {
  return atRest(run).flatMap(({ who, shown, stored }) => {
    if (shown === undefined) return [`${who} misses chat ${stored.chatId}`]
    const same = shown.rev === stored.rev && shown.status === stored.status && shown.operatorId === stored.operatorId
    return same ? [] : [`${who} shows ${JSON.stringify(shown)}, stored is ${JSON.stringify(stored)}`]
  })
}

function wrongCounts(run: RunRecord): string[] {
  return run.index.of('inbox').flatMap(({ who, counts }) => {
    const stored = run.inboxes.get(who)?.counts
    if (stored === undefined) return []
    const same = (['open', 'mine', 'unassigned', 'unread'] as const).every((name) => counts?.[name] === stored[name])
    return same ? [] : [`${who} counts ${JSON.stringify(counts)}, stored are ${JSON.stringify(stored)}`]
  })
}

function fallingRows(run: RunRecord): string[] {
  const newest = new Map<string, number>()
  return run.index.of('row').flatMap(({ who, chatId, rev }) => {
    const key = `${who} ${chatId}`
    const before = newest.get(key) ?? 0
    newest.set(key, Math.max(before, rev))
    return rev >= before ? [] : [`${who} replaced rev ${before} of chat ${chatId} by ${rev}`]
  })
}

function atRest(run: RunRecord) {
  return run.index.of('inbox').flatMap(({ who, rows }) => {
    const shown = new Map(rows.map((row) => [row.chatId, row]))
    return (run.inboxes.get(who)?.rows ?? []).map((stored) => ({ who, shown: shown.get(stored.chatId), stored }))
  })
}
