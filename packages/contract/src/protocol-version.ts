/**
 * The version of the socket's frames.
 * 1: first: ev, live, reset, hb, rcpt, typing; upsert, gone, counts.
 */
export const protocolVersion = 1
