import type { BrowserContext } from 'playwright-core'

/** The API and sockets of a browser. While it is down nothing passes but pages and their files, as from a cache. */
export type DataConnection = { down(): Promise<void>; up(): Promise<void> }

/** Controls the connection of every tab of this browser. Call it before the first page is opened. */
export async function holdDataConnection(context: BrowserContext): Promise<DataConnection> {
  let isDown = false
  const open = new Set<{ close(): Promise<void> }>()
  await context.route(/\/(?:trpc|api)\b/, (route) => (isDown ? route.abort('internetdisconnected') : route.fallback()))
  await context.routeWebSocket(/.*/, (socket) => {
    // Closed before it has opened, the stand-in tells of no error, as a real socket would: so it opens first.
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
