import { once } from 'node:events'
import { type ClientOptions, WebSocket } from 'ws'

export type TextSocket = {
  send(text: string): void
  close(): void
}

export type TextSocketOptions = {
  protocol?: string
  headers?: Record<string, string>
  /** The first text may come before `openSocket` has answered, so the socket comes with it. */
  onText(text: string, socket: TextSocket): void
  /** The side that closes it is not notified. */
  onBroken(reason: string): void
}

/** A raw WebSocket for text frames, without compression. */
export async function openSocket(url: string, options: TextSocketOptions): Promise<TextSocket> {
  const settings: ClientOptions = { headers: options.headers ?? {}, perMessageDeflate: false, skipUTF8Validation: true }
  const ws =
    options.protocol === undefined ? new WebSocket(url, settings) : new WebSocket(url, options.protocol, settings)
  let closing = false
  const socket: TextSocket = {
    send: (text) => ws.send(text),
    close: () => {
      closing = true
      ws.terminate()
    },
  }
  ws.on('message', (data) => options.onText(String(data), socket))
  ws.on('close', (code) => {
    if (!closing) options.onBroken(`closed with ${code}`)
  })
  ws.on('error', (error) => options.onBroken(error.message))
  await once(ws, 'open')
  return socket
}
