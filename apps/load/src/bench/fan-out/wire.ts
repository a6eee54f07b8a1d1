/**
 * How a follower speaks to a contender, as plain data, so that one reader in another process does for all of them
 * and costs the same.
 */
export type Wire = {
  /** Behind the address of the server, for followers. */
  path: string
  /** What to answer, by how a frame begins. */
  replies: readonly { prefix: string; answer: string }[]
  /** In the first frame that says the subscription stands. */
  live: string
}

/** One connection: whose it is, which peers do not ask, and the frames that subscribe once the socket is open. */
export type ReaderLogin = { token: string | null; greeting: readonly string[] }

/** How the one who publishes speaks. */
export type PublisherWire = {
  path: string
  token: string | null
  replies: Wire['replies']
  /** In the first frame after which it may publish; null when the open socket is enough. */
  ready: string | null
  frame(text: string, nr: number): string
  /** In a frame `{"id":NR,…` that acknowledges one message; null when nobody acknowledges. */
  acked: string | null
}
