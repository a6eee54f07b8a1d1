/** What is known when a socket does not come up although the server answers over HTTP. */
export type SocketTrouble = {
  /** How often a socket did not come up, and for how long none has worked. */
  readonly failures: number
  readonly forMs: number
  /** A socket has worked since the network last changed. */
  readonly worked: boolean
  /** Sockets were given up before in this place. */
  readonly blocked: boolean
}

export const unworkedFailuresMax = 3
export const unworkedPatienceMs = 5_000
const workedPatienceMs = 30_000

/**
 * Is it time to go on over HTTP? Where a socket has worked a server may be restarting, and all its clients at once
 * over HTTP would be worse than a moment of patience; but the person may also have carried the machine elsewhere.
 */
export function isSocketBlocked({ failures, forMs, worked, blocked }: SocketTrouble): boolean {
  if (blocked) return true
  if (worked) return forMs >= workedPatienceMs
  return failures >= unworkedFailuresMax || forMs >= unworkedPatienceMs
}

const againMs = 60_000

/** While over HTTP: how long to wait before the socket is tried again. Spread, because a whole office may be behind one proxy. */
export function socketAgainMs(random: () => number): number {
  return againMs * (0.75 + random() / 2)
}
