import { startFollowServer } from './follow-server.ts'

/*
 * The true floor: what is said is made into one frame of the protocol once, and its bytes are written to each socket as
 * they are, past `ws`, which would make the frame anew for each.
 */

startFollowServer({
  followerOf: (_ws, { socket }) => socket,
  write(json, followers) {
    const frame = textFrame(json)
    for (const socket of followers) socket.write(frame)
  },
})

/** Of 126 bytes to 64 KB, as all that is said here: a final text frame without a mask, and a length of 16 bits. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  const head = Buffer.from([0x81, 126, 0, 0])
  head.writeUInt16BE(payload.length, 2)
  return Buffer.concat([head, payload])
}
