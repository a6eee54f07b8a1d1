import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'

export type SocketOptions = {
  url: string
  token: string | null
  replies: readonly { prefix: string; answer: string }[]
  /** From the first frame on: some servers speak before we can know that the socket is open. */
  onFrame: (frame: Buffer) => void
}

const attemptsMax = 100
const retryMs = 300

/** A socket as cheap as `ws` can be. A server that is too busy for an upgrade says 503, and is asked again. */
export async function openSocket(options: SocketOptions): Promise<WebSocket> {
  for (let attempt = 1; ; attempt += 1) {
    const ws = connect(options)
    const status = await outcome(ws)
    if (status === 101) return ws
    if (status !== 503 || attempt === attemptsMax) throw new Error(`The upgrade was answered with ${status}.`)
    await delay(retryMs)
  }
}

function connect({ url, token, replies, onFrame }: SocketOptions): WebSocket {
  const ws = new WebSocket(url, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  })
  const known = replies.map(({ prefix, answer }) => ({ bytes: Buffer.from(prefix), answer }))
  ws.on('message', (frame: Buffer) => {
    for (const { bytes, answer } of known) {
      const begins = frame.length >= bytes.length && bytes.compare(frame, 0, bytes.length) === 0
      if (begins) ws.send(answer)
    }
    onFrame(frame)
  })
  return ws
}

function outcome(ws: WebSocket): Promise<number> {
  return new Promise((resolve, reject) => {
    ws.once('open', () => resolve(101))
    ws.once('unexpected-response', (request, response) => {
      request.destroy()
      resolve(response.statusCode ?? 0)
    })
    ws.on('error', reject)
  })
}
