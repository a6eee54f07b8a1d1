import { connect, createServer, type Server, type Socket } from 'node:net'
import { type Harm, ProxyDirection, type Weather } from './proxy-direction.ts'

/** A TCP proxy in front of a server that can inject faults. Its own address stays the same. */
export type FaultProxy = AsyncDisposable & {
  /** Without a slash at the end. */
  readonly url: string
  /** The number of connections so far, also of refused ones. */
  readonly accepted: () => number
  /** The number of connections that are open now. */
  readonly open: () => number
  /** The effects that the faults have really had so far. */
  readonly harm: Readonly<Harm>
  /** Sends new connections to the server at this address. With null they are refused. */
  target(url: string | null): void
  /** Resets every open connection, and returns how many there were. */
  cut(): number
  /** Stops all bytes of the open connections, in both directions, without closing them. New ones are not affected. */
  freeze(): void
  /** Changes latency and bandwidth, of open and of new connections. */
  weather(change: Partial<Omit<ProxyWeather, 'frozen'>>): void
  close(): Promise<void>
}

type Pair = { near: Socket; directions: ProxyDirection[]; freeze(): void }

/** `bytesPerSecond` is for what the program receives, `upBytesPerSecond` for what it sends. */
export type ProxyWeather = Weather & { upBytesPerSecond: number | null }

export const calmWeather: ProxyWeather = {
  frozen: false,
  latencyMs: 0,
  jitterMs: 0,
  bytesPerSecond: null,
  upBytesPerSecond: null,
}

export async function startFaultProxy(targetUrl: string): Promise<FaultProxy> {
  let target: URL | null = new URL(targetUrl)
  let accepted = 0
  let weather = calmWeather
  const harm: Harm = { heldBytes: 0, delayedPieces: 0, trickledBytes: 0 }
  const pairs = new Set<Pair>()
  const server = createServer({ noDelay: true }, (near) => {
    accepted += 1
    if (target === null) {
      near.destroy()
      return
    }
    const far = connect({ port: Number(target.port), host: target.hostname, noDelay: true })
    const pair = join({ near, far, harm, weather: () => weather }, () => pairs.delete(pair))
    pairs.add(pair)
  })
  const port = await listen(server)
  const cut = () => {
    for (const pair of pairs) pair.near.resetAndDestroy()
    return pairs.size
  }
  const close = async () => {
    cut()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return {
    url: `http://127.0.0.1:${port}`,
    accepted: () => accepted,
    open: () => pairs.size,
    harm,
    target: (url) => {
      target = url === null ? null : new URL(url)
    },
    cut,
    freeze: () => {
      for (const pair of pairs) pair.freeze()
    },
    weather: (change) => {
      weather = { ...weather, ...change }
      for (const { directions } of pairs) for (const direction of directions) direction.pump()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

type ProxiedConnection = { near: Socket; far: Socket; harm: Harm; weather: () => ProxyWeather }

function join({ near, far, harm, weather }: ProxiedConnection, done: () => void): Pair {
  let frozen = false
  const end = () => {
    near.destroy()
    far.destroy()
    done()
  }
  for (const socket of [near, far]) socket.on('error', end).on('close', end)
  const upward = () => ({ ...weather(), bytesPerSecond: weather().upBytesPerSecond, frozen })
  const downward = () => ({ ...weather(), frozen })
  const directions = [
    new ProxyDirection(near, far, { weather: upward, harm }),
    new ProxyDirection(far, near, { weather: downward, harm }),
  ]
  return {
    near,
    directions,
    freeze: () => {
      frozen = true
    },
  }
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
