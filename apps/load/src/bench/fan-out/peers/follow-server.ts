import { createServer, type IncomingMessage } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { reportPort } from './report-port.ts'

export type FollowServerOptions<Follower> = {
  /** What is written to for a socket that follows. */
  followerOf: (ws: WebSocket, request: IncomingMessage) => Follower
  /** Writes what was published to all followers. */
  write: (json: string, followers: ReadonlySet<Follower>) => void
}

/** Starts a server on `ws`: what comes to `/publish` goes to all other sockets. Nobody signs in, and nothing is stored. */
export function startFollowServer<Follower>({ followerOf, write }: FollowServerOptions<Follower>): void {
  const followers = new Set<Follower>()
  const server = createServer()
  const sockets = new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false })
  let id = 0
  const publish = (text: string) => {
    id += 1
    write(JSON.stringify({ type: 'message', id, at: new Date().toISOString(), text }), followers)
  }
  sockets.on('connection', (ws, request) => {
    if (request.url === '/publish') {
      ws.on('message', (data) => publish(String(data)))
      return
    }
    const follower = followerOf(ws, request)
    followers.add(follower)
    ws.on('close', () => followers.delete(follower))
    ws.send('live')
  })
  reportPort(server, ['ws/package.json'])
}
