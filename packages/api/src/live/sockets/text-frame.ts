const finalText = 0x81
const shortMax = 125
const mediumMax = 0xffff

/**
 * Encodes a text message of a server as one final frame without a mask (RFC 6455 §5.2). `ws` would encode the text
 * anew for every socket, and write header and text separately.
 */
export function textFrame(text: string): Buffer {
  const bytes = Buffer.byteLength(text)
  const head = bytes <= shortMax ? 2 : bytes <= mediumMax ? 4 : 10
  const frame = Buffer.allocUnsafe(head + bytes)
  frame[0] = finalText
  if (bytes <= shortMax) {
    frame[1] = bytes
  } else if (bytes <= mediumMax) {
    frame[1] = shortMax + 1
    frame.writeUInt16BE(bytes, 2)
  } else {
    frame[1] = shortMax + 2
    frame.writeBigUInt64BE(BigInt(bytes), 2)
  }
  frame.write(text, head)
  return frame
}

const pong = 0x8a

/** Encodes the pong frame that answers a ping with this payload, which is at most 125 bytes. */
export function pongFrame(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([pong, payload.length]), payload])
}
