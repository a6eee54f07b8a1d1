/** Why the server closes a socket. A program reconnects after a code of the first group, and not after the second. */
export const closeCodes = {
  /** The server stops, or cannot serve the socket at this moment: reconnect. */
  restart: 1012,
  /** The socket did not read fast enough: reconnect and resume from the cursor. */
  slow: 4008,
  /** The user has too many sockets, or sends too many frames over this one: reconnect later. */
  tooMany: 4029,

  /** Invalid frames, which means a defect in the program. */
  protocol: 4400,
  /** The session has ended: sign in again. */
  unauthenticated: 4401,
  /** Reserved. This server refuses with 403, before it opens a socket. */
  forbidden: 4403,
} as const

export const finalCloseCodes: ReadonlySet<number> = new Set([
  closeCodes.protocol,
  closeCodes.unauthenticated,
  closeCodes.forbidden,
])
