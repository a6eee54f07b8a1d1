import { createServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { reportPort } from './report-port.ts'

/*
 * The true floor: what is said is made into one frame of the protocol once, and its bytes are written to each socket as
 * they are, past `ws`, which would make the frame anew for each.
 */

const followers = new Set<Duplex>()
const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false })
let id = 0

sockets.on('connection', (ws, request) => {
  if (request.url === '/publish') {
    ws.on('message', (data) => publish(String(data)))
    return
  }
  const { socket } = request
  followers.add(socket)
  ws.on('close', () => followers.delete(socket))
  ws.send('live')
})

function publish(text: string): void {
  id += 1
  const frame = textFrame(JSON.stringify({ type: 'message', id, at: new Date().toISOString(), text }))
  for (const socket of followers) socket.write(frame)
}

/** Of 126 bytes to 64 KB, as all that is said here: a final text frame without a mask, and a length of 16 bits. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  const head = Buffer.from([0x81, 126, 0, 0])
  head.writeUInt16BE(payload.length, 2)
  return Buffer.concat([head, payload])
}

reportPort(server, ['ws/package.json'])
