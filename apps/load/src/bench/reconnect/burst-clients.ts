import { connect, type Socket } from 'node:net'
import { now } from '../../clock.ts'
import { inParallel } from '../in-parallel.ts'

export type BurstSession = { token: string; chatId: number }

export type BurstOrder =
  /** Connects a client for each session, a few at a time, and answers when all are live. */
  | { t: 'open'; port: number; sessions: readonly BurstSession[] }
  | { t: 'cut' }
  /** All clients connect at the same moment. Answers when the last is live and has what it missed. */
  | { t: 'back'; missed: readonly number[] }

/** The milliseconds until each client was live and complete, and the connections that all of them made. */
export type BurstReturn = { delays: number[]; connections: number }

/**
 * Many clients that cost as little as a client can: they know the bytes that they send, and search for others in what
 * they receive. A thousand SDKs in one process use more of the machine than the server that they ask.
 */
export class BurstClients {
  #port = 0
  #clients: BurstClient[] = []

  async obey(order: BurstOrder): Promise<BurstReturn | null> {
    switch (order.t) {
      case 'open':
        this.#port = order.port
        this.#clients = order.sessions.map((session) => new BurstClient(session))
        await inParallel(this.#clients, 32, (client) => client.connect(this.#port, ''))
        return null
      case 'cut':
        for (const client of this.#clients) client.cut()
        return null
      case 'back':
        return await this.#back(new Set(order.missed))
    }
  }

  async #back(missed: ReadonlySet<number>): Promise<BurstReturn> {
    const startedAt = now()
    const returns = await Promise.all(
      this.#clients.map(async (client) => {
        const connections = await client.connect(this.#port, missed.has(client.chatId) ? entriesSign : '')
        return { connections, delay: now() - startedAt }
      }),
    )
    return {
      delays: returns.map(({ delay }) => delay),
      connections: returns.reduce((sum, { connections }) => sum + connections, 0),
    }
  }
}

const upgradedSign = 'HTTP/1.1 101 '
const liveSign = '"t":"live"'
const entriesSign = '"t":"ev"'
const retryMs = 1_000
const attemptsMax = 60

/** One user with one socket and one followed chat. */
class BurstClient {
  readonly chatId: number
  readonly #frames: Buffer
  #socket: Socket | null = null

  constructor({ token, chatId }: BurstSession) {
    this.chatId = chatId
    const signIn = { method: 'connectionParams', data: { token } }
    const follow = { id: 1, method: 'subscription', params: { path: 'chats.events', input: { chatId } } }
    this.#frames = Buffer.concat([clientFrame(signIn), clientFrame(follow)])
  }

  cut(): void {
    this.#socket?.resetAndDestroy()
  }

  /** Resolves with the number of connections, once the stream is live and `sign` was received. */
  async connect(port: number, sign: string): Promise<number> {
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      if (await this.#attempt(port, sign)) return attempt
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
    throw new Error(`A client was not live after ${attemptsMax} connections.`)
  }

  #attempt(port: number, sign: string): Promise<boolean> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket = socket
    socket.write(upgradeRequest(port))
    return new Promise((resolve) => {
      let text = ''
      const onData = (bytes: Buffer) => {
        const isFirst = text === ''
        text += bytes.toString('latin1')
        if (isFirst && text.startsWith(upgradedSign)) socket.write(this.#frames)
        if (!text.includes(liveSign) || !text.includes(sign)) return
        socket.off('data', onData).resume()
        resolve(true)
      }
      socket.on('data', onData)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => resolve(false))
    })
  }
}

function upgradeRequest(port: number): string {
  const lines = [
    'GET /?connectionParams=1 HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** A text frame of at most 64 KiB. Its mask is zero, so the text stays as it is. */
function clientFrame(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message))
  const isShort = body.length < 126
  const head = Buffer.alloc(isShort ? 6 : 8)
  head[0] = 0x81
  head[1] = 0x80 | (isShort ? body.length : 126)
  if (!isShort) head.writeUInt16BE(body.length, 2)
  return Buffer.concat([head, body])
}
