import type { BrowserContext } from 'playwright-core'

/** The way of a browser's data. Pages and their files still load, as from a cache; nothing else passes while it is down. */
export type DataLine = { down(): Promise<void>; up(): Promise<void> }

/** Takes the line of every tab of this browser into its hand; call it before the first page is opened. */
export async function holdDataLine(context: BrowserContext): Promise<DataLine> {
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
