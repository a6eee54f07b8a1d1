import { readdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute } from '@deskbell/testkit/execute'
import { type BenchPostgres, peerName } from '../suite/bench-postgres.ts'
import { type PeerProcess, startPeerProcess } from './peer-process.ts'

/** Where Debian keeps it: `ejabberd-<version>` among the other Erlang libraries, and its tables beside. */
export type Ejabberd = { libraries: string; version: string; tables: string }

const tables = '/usr/share/ejabberd/sql/pg.sql'

export function findEjabberd(): Ejabberd | null {
  // Debian only recommends the driver of PostgreSQL. Without it ejabberd ends every sign-in.
  if (!foldersIn('/usr/lib/erlang/lib').some((folder) => /^p1_pgsql-\d/.test(folder))) return null
  for (const name of foldersIn('/usr/lib')) {
    const libraries = join('/usr/lib', name)
    const found = foldersIn(libraries).find((folder) => /^ejabberd-\d/.test(folder))
    if (found !== undefined) return { libraries, version: found.slice('ejabberd-'.length), tables }
  }
  return null
}

/** Its tables and its users, in the database that may be reached by TCP. */
export async function layEjabberdTables(
  postgres: BenchPostgres,
  { tables }: Ejabberd,
  users: readonly string[],
): Promise<void> {
  const address = postgres.adminOf(peerName)
  await execute(address, `set role ${peerName}; ${await readFile(tables, 'utf8')}`)
  const rows = users.map((name) => `('${name}', '${userPassword}')`).join()
  await execute(address, `set role ${peerName}; insert into users (username, password) values ${rows}`)
}

export const userPassword = 'bench'

/** In the foreground, without Erlang's distribution, on a folder of its own: nothing of an installed service is used. */
export async function startEjabberd({ libraries }: Ejabberd, postgres: BenchPostgres): Promise<PeerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'dbe-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  const settings = join(folder, 'ejabberd.yml')
  try {
    const server = await startPeerProcess('ejabberd', (port) => {
      writeFileSync(settings, settingsFor(postgres, port))
      return {
        program: 'erl',
        // As Debian's own script starts it; and without the menu that Erlang shows at Ctrl-C.
        args: [
          '+Bd',
          '+K',
          'true',
          '+P',
          '250000',
          '-noinput',
          '-mnesia',
          'dir',
          JSON.stringify(folder),
          '-s',
          'ejabberd',
        ],
        cwd: folder,
        env: {
          ERL_LIBS: libraries,
          EJABBERD_CONFIG_PATH: settings,
          EJABBERD_LOG_PATH: join(folder, 'ejabberd.log'),
          HOME: folder,
        },
        answers: `http://127.0.0.1:${port}/ws`,
      }
    })
    const end = async () => {
      await server[Symbol.asyncDispose]()
      await remove()
    }
    return { pid: server.pid, port: server.port, [Symbol.asyncDispose]: end }
  } catch (error) {
    await remove()
    throw error
  }
}

/**
 * No traffic shaper, which Debian's own settings have and which would be the only thing measured, and fewer modules than
 * theirs: both help it. The archive keeps everything.
 */
function settingsFor({ tcp }: BenchPostgres, port: number): string {
  return `
hosts: [localhost]
loglevel: error
auth_method: sql
auth_password_format: plain
sql_type: pgsql
sql_server: "${tcp.host}"
sql_port: ${tcp.port}
sql_database: ${peerName}
sql_username: ${peerName}
sql_password: "${tcp.password}"
default_db: sql
listen:
  - port: ${port}
    ip: "127.0.0.1"
    module: ejabberd_http
    backlog: 128
    request_handlers:
      /ws: ejabberd_http_ws
modules:
  mod_mam:
    default: always
    db_type: sql
  mod_stream_mgmt: {}
  mod_carboncopy: {}
  mod_client_state: {}
  mod_disco: {}
  mod_offline: {}
  mod_ping: {}
  mod_roster: {}
`
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
