/**
 * The version of the frames of a socket.
 * 1: the frames of `chatFrameSchema` and `inboxFrameSchema`.
 */
export const protocolVersion = 1
