/** Why the server closes a socket. A program comes back after the first group, and not after the second. */
export const closeCodes = {
  /** The server restarts: come back. */
  restart: 1012,
  /** Too much was waiting for this socket: come back and resume by cursor. */
  slow: 4008,
  /** The user has too many sockets: come back later. */
  tooMany: 4029,

  /** Broken frames: a defect in the program. */
  protocol: 4400,
  /** The session has ended: sign in. */
  unauthenticated: 4401,
  forbidden: 4403,
} as const

export const finalCloseCodes: ReadonlySet<number> = new Set([
  closeCodes.protocol,
  closeCodes.unauthenticated,
  closeCodes.forbidden,
])
