import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { freePort } from '@deskbell/testkit/free-port'
import { waitFor } from '@deskbell/testkit/wait-for'
import { z } from 'zod'

/** A server in a process of its own, which tells how large its heap is. */
export type HeapServer = AsyncDisposable & {
  readonly port: number
  /** Bytes that are in use after a forced collection. */
  liveHeap(): Promise<number>
}

/** Collects the garbage and reports the live heap on a message. */
const reporter = `data:text/javascript,${encodeURIComponent(`
  process.on('message', () => {
    gc()
    // What finalizers free goes with the second collection.
    setTimeout(() => {
      gc()
      process.send(process.memoryUsage().heapUsed)
    }, 100)
  })
`)}`

/** Starts the program with a database of its own. It believes the addresses of `X-Forwarded-For`. */
export async function startHeapServer(): Promise<HeapServer> {
  const fresh = await freshDatabase()
  const port = await freePort()
  const settings = { TRUST_PROXY: 'yes', ALLOW_OPEN_AUTH: 'yes', LOG_LEVEL: 'warn', PORT: String(port) }
  const mainFile = fileURLToPath(new URL('../main.ts', import.meta.url))
  const server = spawn(process.execPath, ['--expose-gc', '--import', reporter, mainFile], {
    env: { ...process.env, ...settings, DATABASE_URL: fresh.connectionString },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  server.stdout?.resume()
  const stop = async () => {
    await kill(server)
    await fresh.drop()
  }
  try {
    await waitFor(() => isReady(port), { what: 'the server is ready', timeoutMs: 30_000 })
  } catch (error) {
    await stop()
    throw error
  }
  return { port, liveHeap: () => liveHeap(server), [Symbol.asyncDispose]: stop }
}

async function kill(server: ChildProcess): Promise<void> {
  const ended = once(server, 'exit')
  server.kill('SIGKILL')
  await ended
}

async function liveHeap(server: ChildProcess): Promise<number> {
  server.send('how large is the heap?')
  const [bytes] = await once(server, 'message')
  return z.number().parse(bytes)
}

async function isReady(port: number): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )
}
