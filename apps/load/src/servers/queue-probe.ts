import { WebSocket } from 'ws'

let fullest = 0

/** Looks at what waits for a socket whenever something is sent to it. */
export function probeQueues(): void {
  WebSocket.prototype.send = new Proxy(WebSocket.prototype.send, {
    apply(send, socket: WebSocket, args: Parameters<WebSocket['send']>) {
      Reflect.apply(send, socket, args)
      fullest = Math.max(fullest, socket.bufferedAmount)
    },
  })
}

/** The most bytes that waited for one socket since this was asked last. */
export function takeFullestQueue(): number {
  const bytes = fullest
  fullest = 0
  return bytes
}
