const sign = '~~'

/** What a reader finds in the bytes of a frame without parsing it: the number of a message and when it was sent. */
export type Marker = { nr: number; sentAt: number }

/** A text of so many letters with its marker in front. */
export function markedText({ nr, sentAt }: Marker, length: number): string {
  return `${sign}${nr}:${sentAt.toFixed(3)}${sign}`.padEnd(length, '.')
}

/** Calls `found` for every marker in the frame: one frame may carry many events. */
export function readMarkers(frame: Buffer, found: (nr: number, sentAt: number) => void): void {
  for (let from = frame.indexOf(sign); from !== -1; ) {
    const end = frame.indexOf(sign, from + sign.length)
    if (end === -1) return
    const text = frame.toString('latin1', from + sign.length, end)
    const colon = text.indexOf(':')
    found(Number(text.slice(0, colon)), Number(text.slice(colon + 1)))
    from = frame.indexOf(sign, end + sign.length)
  }
}
