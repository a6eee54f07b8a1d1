import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** An HTTP proxy that refuses every WebSocket upgrade, as those of some offices do. */
export type NoUpgradeProxy = AsyncDisposable & {
  readonly url: string
  /** How many upgrades it has refused. */
  refused(): number
  /** Breaks every open connection. */
  cut(): void
}

export async function startNoUpgradeProxy(targetUrl: string): Promise<NoUpgradeProxy> {
  const target = new URL(targetUrl)
  const open = new Set<Socket>()
  let refused = 0
  const server = createServer((incoming, outgoing) => forward(target, incoming, outgoing))
  server.on('connection', (socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  server.on('upgrade', (_, socket) => {
    refused += 1
    socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    url: `http://localhost:${typeof address === 'object' ? address?.port : 0}`,
    refused: () => refused,
    cut,
    [Symbol.asyncDispose]: async () => {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}

function forward(target: URL, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, url, headers } = incoming
  const onward = request({ host: target.hostname, port: target.port, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
    answer.on('error', () => outgoing.destroy())
  })
  onward.on('error', () => outgoing.destroy())
  outgoing.on('close', () => onward.destroy())
  incoming.pipe(onward)
}
