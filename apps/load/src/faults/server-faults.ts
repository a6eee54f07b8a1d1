import { readFile } from 'node:fs/promises'
import { pick } from '../seeded-random.ts'
import type { ServerProcess } from '../servers/server-process.ts'
import { during, type Fault, type FaultOptions, withPart } from './fault.ts'

/** kill -9. Half of its clients find another server, as behind a balancer; the others wait for this one. */
export const killServer: Fault = (options) =>
  withServer(options, async (server) => {
    moveHalf(options, server)
    const ended = await server.end('SIGKILL')
    await during({ ...options, durationMs: Math.min(options.durationMs, 500) })
    await server.start()
    return ended === 'SIGKILL'
  })

/** A deploy: asked to end, it drains and ends by itself, with exit code 0. */
export const restartServer: Fault = (options) =>
  withServer(options, async (server) => {
    moveHalf(options, server)
    const ended = await server.end('SIGTERM')
    await server.start()
    return ended === 0
  })

/** Stops for a while, as on a machine that swaps or is moved, and goes on as if nothing had been. */
export const freezeServer: Fault = (options) =>
  withServer(options, async (server) => {
    server.signal('SIGSTOP')
    try {
      await during(options)
      return await isStopped(server)
    } finally {
      server.signal('SIGCONT')
    }
  })

function withServer(options: FaultOptions, work: (server: ServerProcess) => Promise<boolean>) {
  return withPart(options.stage, pick(options.random, options.stage.servers), work)
}

function moveHalf({ stage, random }: FaultOptions, from: ServerProcess): void {
  const other = stage.servers.find((server) => server !== from && server.runs)
  for (const proxy of stage.proxies.values()) {
    if (random() < 0.5) proxy.target((other ?? from).url)
  }
}

/** Where there is no /proc, a question without an answer tells the same. */
async function isStopped(server: ServerProcess): Promise<boolean> {
  const status = await readFile(`/proc/${server.pid}/stat`, 'utf8').catch(() => null)
  if (status === null) return !(await server.answers(300))
  return status.slice(status.lastIndexOf(')')).startsWith(') T')
}
