import type { AppRouter } from '@deskbell/api/router'
import type { LoginOutput, Role } from '@deskbell/contract/users'
import { loginOutputSchema } from '@deskbell/contract/users'
import { createTRPCClient, createWSClient, type TRPCClient, wsLink } from '@trpc/client'
import { WebSocket } from 'ws'
import { uniqueId } from '../factories.ts'
import { waitFor } from '../wait-for.ts'

/** Signs in as a new user by REST. */
export async function signInByRest(url: string, role: Role, name = `A ${role}`): Promise<LoginOutput> {
  const email = `${uniqueId(role)}@example.test`
  const response = await fetch(`${url}/api/users/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, name, role }),
  })
  if (response.status !== 200) throw new Error(`sign-in: ${response.status} ${await response.text()}`)
  return loginOutputSchema.parse(await response.json())
}

export type StockClient = Disposable & {
  client: TRPCClient<AppRouter>
  /** Closes the socket below the client, which then reconnects. */
  cut(): void
  close(): void
}

/** Makes a plain tRPC client over `wsLink`. It signs in by `connectionParams`. */
export function stockClient(wsUrl: string | (() => string), token: string): StockClient {
  const socket = createWSClient({
    url: wsUrl,
    connectionParams: { token },
    retryDelayMs: () => 50,
  })
  const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] })
  const cut = () => socket.connection?.ws.close()
  const close = () => void socket.close()
  return { client, cut, close, [Symbol.dispose]: close }
}

export type RawSocket = AsyncDisposable & {
  readonly ws: WebSocket
  /** All received frames. Those that are JSON are parsed. */
  readonly frames: unknown[]
  /** The close code; null while the socket is open. */
  readonly closeCode: () => number | null
  send(frame: unknown): void
  /** Waits for a frame that matches, and returns the first one. */
  frame(matches: (frame: unknown) => boolean): Promise<unknown>
  closed(): Promise<number>
}

export type RawOptions = { token?: string; headers?: Record<string, string>; path?: string }

/** Opens a WebSocket that sends only the frames of the test. Rejects when the upgrade is refused. */
export async function openRaw(wsUrl: string, options: RawOptions = {}): Promise<RawSocket> {
  const { token, headers = {}, path = '/' } = options
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const ws = new WebSocket(`${wsUrl}${path}`, { headers: { ...authorization, ...headers } })
  const frames: unknown[] = []
  let code: number | null = null
  ws.on('message', (data) => frames.push(parse(String(data))))
  ws.on('close', (closeCode) => (code = closeCode))
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve)
    ws.once('error', reject)
  })
  ws.on('error', () => undefined)
  return {
    ws,
    frames,
    closeCode: () => code,
    send: (frame) => ws.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
    frame: (matches) => waitFor(() => frames.find(matches), { what: 'a frame' }),
    closed: () => waitFor(() => code ?? 0, { what: 'the close of the socket' }),
    [Symbol.asyncDispose]: async () => ws.terminate(),
  }
}

export type Refusal = { status: number; headers: Record<string, string | string[] | undefined>; body: string }

/** Tries an upgrade, and returns the HTTP response that refused it; status `101` when it was accepted. */
export function tryUpgrade(wsUrl: string, options: RawOptions = {}): Promise<Refusal> {
  const { token, headers = {}, path = '/' } = options
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const ws = new WebSocket(`${wsUrl}${path}`, { headers: { ...authorization, ...headers } })
  ws.on('error', () => undefined)
  return new Promise((resolve) => {
    ws.once('upgrade', ({ headers: answered }) => resolve({ status: 101, headers: answered, body: '' }))
    ws.once('open', () => ws.terminate())
    ws.once('unexpected-response', (request, response) => {
      let body = ''
      response.on('data', (chunk) => (body += String(chunk)))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
        request.destroy()
      })
    })
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
