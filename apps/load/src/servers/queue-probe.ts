import { Socket } from 'node:net'

let fullest = 0

/** Looks at what waits for a connection whenever something is written to it. */
export function probeQueues(): void {
  Socket.prototype.write = new Proxy(Socket.prototype.write, {
    apply(write, socket: Socket, args: Parameters<Socket['write']>) {
      const drained: unknown = Reflect.apply(write, socket, args)
      fullest = Math.max(fullest, socket.writableLength)
      return drained
    },
  })
}

/** The most bytes that waited for one connection since this was asked last. */
export function takeFullestQueue(): number {
  const bytes = fullest
  fullest = 0
  return bytes
}
