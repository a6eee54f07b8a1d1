import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Encodes a frame of a client, masked with zeros. The payload has at most 125 bytes. */
export function clientFrame(payload: string, opcode = 0x1): Buffer {
  const bytes = Buffer.from(payload)
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | bytes.length, 0, 0, 0, 0]), bytes])
}

/** A WebSocket on a plain connection that reads nothing after the upgrade, and sends as fast as it is read. */
export type DeafSocket = Disposable & {
  readonly connection: Socket
  /** Sends the chunk again and again until the returned function is called. */
  flood(chunk: Buffer): () => void
}

export async function openDeaf(url: string, token: string): Promise<DeafSocket> {
  const { hostname, port } = new URL(url)
  const connection = connect(Number(port), hostname)
  connection.on('error', () => undefined)
  await once(connection, 'connect')
  connection.write(
    `GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  await once(connection, 'data')
  connection.pause()
  return {
    connection,
    flood(chunk) {
      const send = () => {
        while (connection.writable && connection.write(chunk));
      }
      connection.on('drain', send)
      send()
      return () => void connection.off('drain', send)
    },
    [Symbol.dispose]: () => void connection.destroy(),
  }
}
