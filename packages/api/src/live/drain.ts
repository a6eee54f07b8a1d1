/** A connection that a draining server asks to move: a socket, or a stream over HTTP. */
export type DrainableConnection = {
  /** Asks the client to open another connection and then close this one. */
  move(): void
  /** Bytes that are queued for the peer. */
  waitingBytes(): number
  /** Reports whether a call on it is in flight. */
  isBusy(): boolean
  close(): void
  /** Ends the connection at once, without the peer. */
  cut(): void
}

/** Times in milliseconds. */
export type DrainTimes = {
  /** The window over which connections are asked to move. */
  drainMs: number
  /** Time for connections to leave before they are closed, and again before they are cut off. */
  drainGraceMs: number
  /** Time by which calls in flight may delay the close. */
  drainCallsMs: number
}

const pollMs = 10

/**
 *   asked to move, one by one ──(window)──▶ left alone ──(grace)──▶ closed after its calls ──(grace)──▶ cut off
 *
 * The requests to move are spread evenly over the window, so that the clients do not reconnect all at once. Resolves as
 * soon as no connection is open. `lines` returns the open connections; the caller must not add new ones.
 */
export async function drain(connections: () => Iterable<DrainableConnection>, times: DrainTimes): Promise<void> {
  const isEmpty = () => connections()[Symbol.iterator]().next().done === true
  await moveEvenly([...connections()], { windowMs: times.drainMs, isEmpty })
  await until(isEmpty, times.drainGraceMs)
  const idle = () => [...connections()].filter((connection) => !connection.isBusy())
  await until(() => {
    for (const connection of idle()) connection.close()
    return idle().length === [...connections()].length
  }, times.drainCallsMs)
  for (const connection of connections()) connection.close()
  await until(isEmpty, times.drainGraceMs)
  for (const connection of connections()) connection.cut()
}

type MoveOptions = { windowMs: number; isEmpty: () => boolean }

async function moveEvenly(waiting: readonly DrainableConnection[], { windowMs, isEmpty }: MoveOptions): Promise<void> {
  const startedAt = performance.now()
  let moved = 0
  while (moved < waiting.length && !isEmpty()) {
    const passed = (performance.now() - startedAt) / Math.max(1, windowMs)
    const due = Math.min(waiting.length, Math.floor(passed * waiting.length) + 1)
    for (const connection of waiting.slice(moved, due)) connection.move()
    moved = due
    await nextPoll()
  }
}

async function until(condition: () => boolean, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!condition() && performance.now() < deadline) await nextPoll()
}

function nextPoll(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pollMs))
}
