/** A place in a chat's log, in one history of the database. */
export type Cursor = { epoch: string; seq: number }

/** `epoch:seq`, which is also the id of an `ev` frame whose last entry is `seq`. */
export function formatCursor({ epoch, seq }: Cursor): string {
  return `${epoch}:${seq}`
}

/** Ignores what follows `~`, which makes the ids of frames without entries unique. Returns null for other text. */
export function parseCursor(text: string): Cursor | null {
  const match = /^([\w-]{1,64}):(\d{1,16})(?:~.*)?$/su.exec(text)
  if (match === null) return null
  const [, epoch = '', digits = ''] = match
  const seq = Number(digits)
  return Number.isSafeInteger(seq) ? { epoch, seq } : null
}
