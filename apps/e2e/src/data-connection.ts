import type { BrowserContext } from 'playwright-core'

/** The calls, streams and sockets of a browser. While it is down, only pages and their files load. */
export type DataConnection = { down(): Promise<void>; up(): Promise<void> }

/** Controls the connection of all tabs of a browser context. Call it before the first page is opened. */
export async function holdDataConnection(context: BrowserContext): Promise<DataConnection> {
  let isDown = false
  const open = new Set<{ close(): Promise<void> }>()
  await context.route(/\/(?:trpc|api)\b/, (route) => (isDown ? route.abort('internetdisconnected') : route.fallback()))
  await context.routeWebSocket(/.*/, (socket) => {
    // Playwright's mock, unlike a socket, reports no error if it is closed before it has opened: so it opens first.
    if (isDown) return void setTimeout(() => void socket.close())
    const server = socket.connectToServer()
    const both = {
      close: async () => {
        await Promise.all([socket.close(), server.close()])
      },
    }
    open.add(both)
    socket.onClose(() => {
      open.delete(both)
      void server.close()
    })
    server.onClose(() => {
      open.delete(both)
      void socket.close()
    })
  })
  return {
    down: async () => {
      isDown = true
      await Promise.all([...open].map((socket) => socket.close()))
    },
    up: () => {
      isDown = false
      return Promise.resolve()
    },
  }
}
