import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { reportPort } from './report-port.ts'

/*
 * The floor: `ws` and nothing else. What is said is made into JSON once, into bytes once, and written to each. Nobody
 * signs in, nothing is stored, and a follower who falls behind or comes back has lost what was said.
 */

const followers = new Set<WebSocket>()
const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false })
let id = 0

sockets.on('connection', (ws, request) => {
  if (request.url === '/publish') {
    ws.on('message', (data) => publish(String(data)))
    return
  }
  followers.add(ws)
  ws.on('close', () => followers.delete(ws))
  ws.send('live')
})

function publish(text: string): void {
  id += 1
  const bytes = Buffer.from(JSON.stringify({ type: 'message', id, at: new Date().toISOString(), text }))
  for (const ws of followers) ws.send(bytes, { binary: false })
}

reportPort(server, ['ws/package.json'])
