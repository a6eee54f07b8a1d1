/** A place in a chat's log, in one history of the database. */
export type Cursor = { epoch: string; seq: number }

/** `epoch:seq`, which is also the tracked id of the entries up to `seq`. */
export function formatCursor({ epoch, seq }: Cursor): string {
  return `${epoch}:${seq}`
}

/** Whatever follows `~` is ignored: it only makes the ids of frames that are not log data unique. Null when unreadable. */
export function parseCursor(text: string): Cursor | null {
  const match = /^([\w-]{1,64}):(\d{1,16})(?:~.*)?$/su.exec(text)
  if (match === null) return null
  const [, epoch = '', digits = ''] = match
  const seq = Number(digits)
  return Number.isSafeInteger(seq) ? { epoch, seq } : null
}
