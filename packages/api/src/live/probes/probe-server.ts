import { createWSClient, type TRPCWebSocketClient } from '@trpc/client'
import { type AnyTRPCRouter, initTRPC } from '@trpc/server'
import { applyWSSHandler } from '@trpc/server/adapters/ws'
import { type WebSocket, WebSocketServer } from 'ws'

export const t = initTRPC.create()

export type ProbeServer = AsyncDisposable & {
  readonly url: string
  /** Every socket that was accepted, also those that are closed. */
  readonly sockets: readonly WebSocket[]
  readonly wss: WebSocketServer
}

/** Starts tRPC's own WebSocket server with its defaults. The probes show the behaviour that `LiveServer` allows for. */
export async function startProbeServer(
  router: AnyTRPCRouter,
  createContext: () => Promise<object> = async () => ({}),
): Promise<ProbeServer> {
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  const sockets: WebSocket[] = []
  wss.on('connection', (socket) => sockets.push(socket))
  applyWSSHandler({ wss, router, createContext })
  await new Promise<void>((resolve) => wss.once('listening', resolve))
  const address = wss.address()
  if (address === null || typeof address === 'string') throw new Error('The probe has no port.')
  return {
    url: `ws://127.0.0.1:${address.port}`,
    sockets,
    wss,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.terminate()
      await new Promise<void>((resolve) => wss.close(() => resolve()))
    },
  }
}

export type ProbeConnection = Disposable & { socket: TRPCWebSocketClient }

/** Opens a stock client. It reconnects after 20 ms, or with its own delays where these are what is probed. */
export function openProbeConnection(url: string, delays: 'quick' | 'stock' = 'quick'): ProbeConnection {
  const socket = createWSClient(delays === 'stock' ? { url } : { url, retryDelayMs: () => 20 })
  return { socket, [Symbol.dispose]: () => void socket.close() }
}
