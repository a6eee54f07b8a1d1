import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PeerProcess, startPeerProcess } from './peer-process.ts'

export type Nats = { program: string; version: string }

export function findNats(): Nats | null {
  const program = '/usr/sbin/nats-server'
  if (!existsSync(program)) return null
  const said = execFileSync(program, ['--version'], { encoding: 'utf8' })
  return { program, version: /\d[\d.]*/.exec(said)?.[0] ?? said.trim() }
}

/** JetStream with its files in a folder of its own, which goes with the server; by WebSocket as everybody else. */
export async function startNats({ program }: Nats): Promise<PeerProcess> {
  await using undo = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'dbn-'))
  undo.defer(() => rm(folder, { recursive: true, force: true }))
  const settings = join(folder, 'nats.conf')
  const server = undo.use(
    await startPeerProcess('nats-server', (port) => {
      writeFileSync(settings, settingsFor(folder, port))
      return { program, args: ['-c', settings], answers: `http://127.0.0.1:${port}/` }
    }),
  )
  const running = undo.move()
  return { pid: server.pid, port: server.port, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** `port: -1`: any free one for the protocol without WebSocket, which nobody uses. */
function settingsFor(folder: string, port: number): string {
  return `
host: "127.0.0.1"
port: -1
jetstream { store_dir: ${JSON.stringify(join(folder, 'store'))} }
websocket { host: "127.0.0.1", port: ${port}, no_tls: true }
`
}
