import { connect, createServer, type Server, type Socket } from 'node:net'

/** A line between programs and a server that can be harmed. Its own address stays the same. */
export type FaultProxy = AsyncDisposable & {
  /** Without a slash at the end. */
  readonly url: string
  /** How many connections were accepted so far. */
  readonly accepted: () => number
  /** From now on connections go to the server at this address; null refuses them. */
  target(url: string | null): void
  /** Breaks every open connection. */
  cut(): void
  /** Open connections stay, but no byte passes any more, in either direction. */
  freeze(): void
  close(): Promise<void>
}

type Pair = { near: Socket; far: Socket }

export async function startFaultProxy(targetUrl: string): Promise<FaultProxy> {
  let target: URL | null = new URL(targetUrl)
  let accepted = 0
  const pairs = new Set<Pair>()
  const server = createServer((near) => {
    accepted += 1
    if (target === null) {
      near.destroy()
      return
    }
    const pair = { near, far: connect(Number(target.port), target.hostname) }
    pairs.add(pair)
    join(pair, () => pairs.delete(pair))
  })
  const port = await listen(server)
  const cut = () => {
    for (const pair of pairs) pair.near.resetAndDestroy()
  }
  const close = async () => {
    cut()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return {
    url: `http://127.0.0.1:${port}`,
    accepted: () => accepted,
    target: (url) => {
      target = url === null ? null : new URL(url)
    },
    cut,
    freeze: () => {
      for (const { near, far } of pairs) {
        near.unpipe(far).pause()
        far.unpipe(near).pause()
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function join({ near, far }: Pair, done: () => void): void {
  const end = () => {
    near.destroy()
    far.destroy()
    done()
  }
  for (const socket of [near, far]) socket.on('error', end).on('close', end)
  near.pipe(far).pipe(near)
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') throw new Error('The proxy has no port.')
      resolve(address.port)
    })
  })
}
