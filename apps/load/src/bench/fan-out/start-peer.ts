import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { endChild } from '../suite/child-program.ts'
import type { Contender, ContenderName } from './contender.ts'
import { stockTrpc } from './peers/stock-trpc.ts'
import type { PublisherWire, Wire } from './wire.ts'

type PeerName = Exclude<ContenderName, 'Deskbell'>
type Peer = {
  file: string
  args?: readonly string[]
  wire: Wire
  greeting: readonly string[]
  publisher: PublisherWire
}

const engineIo = '/socket.io/?EIO=4&transport=websocket'
/** Engine.IO: 0 opens and is answered by joining the default namespace, 2 is a ping. */
const engineReplies = [
  { prefix: '0{', answer: '40' },
  { prefix: '2', answer: '3' },
]
const pong = [{ prefix: 'PING', answer: 'PONG' }]
const nobody = { token: null, acked: null, ready: null }

const raw: Peer = {
  file: 'raw-ws.ts',
  wire: { path: '/', replies: [], live: 'live' },
  greeting: [],
  publisher: { ...nobody, path: '/publish', replies: [], frame: (text) => text },
}
const socketIo: Peer = {
  file: 'socket-io.ts',
  wire: { path: engineIo, replies: engineReplies, live: '42["live"]' },
  greeting: [],
  publisher: {
    ...nobody,
    path: `${engineIo}&publisher=1`,
    replies: engineReplies,
    ready: '40{',
    frame: (text) => `42${JSON.stringify(['say', text])}`,
  },
}

const peers: Record<PeerName, Peer> = {
  'raw ws': raw,
  'raw ws, frames made once': { ...raw, file: 'ready-frames.ts' },
  'Socket.IO': socketIo,
  'Socket.IO, tuned': { ...socketIo, args: ['tuned'] },
  'tRPC stock': {
    file: 'trpc-stock.ts',
    wire: { path: '/', replies: pong, live: '"live"' },
    greeting: [JSON.stringify({ id: 1, method: 'subscription', params: { path: 'events' } })],
    publisher: {
      ...nobody,
      path: '/',
      replies: pong,
      frame: (text, nr) => JSON.stringify({ id: nr, method: 'mutation', params: { path: 'say', input: { text } } }),
    },
  },
}

const portSchema = z.object({ port: z.number(), versions: z.record(z.string(), z.string()) })

export async function startPeer(name: PeerName, env: Record<string, string> = {}): Promise<Contender> {
  await using undo = new AsyncDisposableStack()
  const { file, args: own = [], wire, greeting, publisher } = peers[name]
  const args = name === 'tRPC stock' ? [undo.use(await stockTrpc()).folder] : own
  const child = spawn(process.execPath, [fileURLToPath(new URL(`peers/${file}`, import.meta.url)), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  undo.defer(() => endChild(child))
  const [message] = await once(child, 'message', { signal: AbortSignal.timeout(30_000) })
  const { port, versions } = portSchema.parse(message)
  const running = undo.move()
  return {
    name,
    wsUrl: `ws://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    databasePid: null,
    wire,
    versions,
    publisher,
    login: async () => ({ token: null, greeting }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
