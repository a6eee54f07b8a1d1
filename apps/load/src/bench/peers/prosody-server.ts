import { execFileSync } from 'node:child_process'
import { existsSync, globSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchPostgres, peerName } from '../suite/bench-postgres.ts'
import { type PeerProcess, startPeerProcess } from './peer-process.ts'

const packageQuery = '/usr/bin/dpkg-query'

export type Prosody = { program: string; version: string }

/** Its own `--version` starts the server, so Debian is asked. */
export function findProsody(): Prosody | null {
  const program = '/usr/bin/prosody'
  // Debian only suggests the driver of PostgreSQL.
  if (!existsSync(program) || globSync('/usr/lib/*/lua/5.*/dbd/postgresql.so').length === 0) return null
  const version = execFileSync(packageQuery, ['--show', `--showformat=\${Version}`, 'prosody'], { encoding: 'utf8' })
  return { program, version: version.split('-', 1)[0] ?? version }
}

/** In the foreground on a folder of its own: nothing of an installed service is used. */
export async function startProsody({ program }: Prosody, postgres: BenchPostgres): Promise<PeerProcess> {
  await using undo = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'dbo-'))
  undo.defer(() => rm(folder, { recursive: true, force: true }))
  const settings = join(folder, 'prosody.cfg.lua')
  const server = undo.use(
    await startPeerProcess('Prosody', (port) => {
      writeFileSync(settings, settingsFor(postgres, { folder, port }))
      return {
        program,
        args: ['-F', '--config', settings],
        cwd: folder,
        answers: `http://127.0.0.1:${port}/xmpp-websocket`,
      }
    }),
  )
  const running = undo.move()
  return { pid: server.pid, port: server.port, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** The archive keeps everything; no limit of rates is loaded. */
function settingsFor({ tcp }: BenchPostgres, { folder, port }: { folder: string; port: number }): string {
  return `
run_as_root = true
data_path = ${JSON.stringify(folder)}
log = { error = ${JSON.stringify(join(folder, 'prosody.log'))} }
modules_enabled = { "roster", "saslauth", "disco", "ping", "carbons", "mam", "smacks", "websocket" }
modules_disabled = { "s2s" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
consider_websocket_secure = true
authentication = "internal_plain"
storage = "sql"
sql = { driver = "PostgreSQL", host = "${tcp.host}", port = ${tcp.port}, database = "${peerName}",
  username = "${peerName}", password = "${tcp.password}" }
default_archive_policy = true
archive_expires_after = "never"
http_ports = { ${port} }
http_interfaces = { "127.0.0.1" }
http_default_host = "localhost"
https_ports = { }
c2s_ports = { }
s2s_ports = { }
VirtualHost "localhost"
`
}
