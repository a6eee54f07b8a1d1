/** Something that is wrong, and where: in which chat, at which `seq`, and when on the clock of the history. */
export type Fault = { what: string; chatId?: number | undefined; seq?: number | undefined; at?: number | undefined }

/** What a check has found. `judged`: how often there was something that could have been wrong. */
export type Findings = { judged: number; faults: readonly Fault[] }

/** Judges every item. `faultsOf` returns undefined for an item that says nothing, which then does not count. */
export function judgeEach<T>(
  items: Iterable<T>,
  faultsOf: (item: T) => readonly Fault[] | Fault | null | undefined,
): Findings {
  const faults: Fault[] = []
  let judged = 0
  for (const item of items) {
    const found = faultsOf(item)
    if (found === undefined) continue
    judged += 1
    if (found !== null) faults.push(...[found].flat())
  }
  return { judged, faults }
}

export function join(...all: readonly Findings[]): Findings {
  return {
    judged: all.reduce((sum, { judged }) => sum + judged, 0),
    faults: all.flatMap(({ faults }) => faults),
  }
}

/** `what (chat 12, seq 7, at 3015 ms)` */
export function sentenceOf({ what, chatId, seq, at }: Fault): string {
  const places = [
    ...(chatId === undefined ? [] : [`chat ${chatId}`]),
    ...(seq === undefined ? [] : [`seq ${seq}`]),
    ...(at === undefined ? [] : [`at ${Math.round(at)} ms`]),
  ]
  return places.length === 0 ? what : `${what} (${places.join(', ')})`
}
