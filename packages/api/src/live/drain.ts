/** A line that a stopping server asks to go elsewhere: a socket, or a stream over HTTP. */
export type Line = {
  /** Asks its client to open another one, and then to leave this one. */
  move(): void
  /** Bytes that wait for its peer. */
  waitingBytes(): number
  /** A call on it is not answered yet. */
  isBusy(): boolean
  close(): void
  /** Ends it whatever its peer does. */
  cut(): void
}

export type DrainTimes = {
  /** The window over which lines are asked to move. */
  drainMs: number
  /** How long a moved line may take to leave before it is closed. */
  drainGraceMs: number
  /** How long a call under way may hold up the close. */
  drainCallsMs: number
}

const lookMs = 10

/**
 *   asked one after the other ──(window)──▶ left alone ──(grace)──▶ closed, busy ones when answered ──(grace)──▶ cut off
 *
 * Spread evenly over the window, because all at once would come back all at once. Ends as soon as none is left.
 * `lines` answers those that are open now; no new ones may come any more.
 */
export async function drain(lines: () => Iterable<Line>, times: DrainTimes): Promise<void> {
  const isEmpty = () => lines()[Symbol.iterator]().next().done === true
  await askEvenly([...lines()], { windowMs: times.drainMs, isEmpty })
  await until(isEmpty, times.drainGraceMs)
  const idle = () => [...lines()].filter((line) => !line.isBusy())
  await until(() => {
    for (const line of idle()) line.close()
    return idle().length === [...lines()].length
  }, times.drainCallsMs)
  for (const line of lines()) line.close()
  await until(isEmpty, times.drainGraceMs)
  for (const line of lines()) line.cut()
}

type Asking = { windowMs: number; isEmpty: () => boolean }

async function askEvenly(waiting: readonly Line[], { windowMs, isEmpty }: Asking): Promise<void> {
  const startedAt = performance.now()
  let asked = 0
  while (asked < waiting.length && !isEmpty()) {
    const passed = (performance.now() - startedAt) / Math.max(1, windowMs)
    const due = Math.min(waiting.length, Math.floor(passed * waiting.length) + 1)
    for (const line of waiting.slice(asked, due)) line.move()
    asked = due
    await lookLater()
  }
}

async function until(condition: () => boolean, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!condition() && performance.now() < deadline) await lookLater()
}

function lookLater(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, lookMs))
}
