import { execFile } from 'node:child_process'
import { globSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '@deskbell/testkit/free-port'
import { type PeerProcess, startPeerProcess } from './peer-process.ts'

const run = promisify(execFile)

/** Where Debian keeps it. Its own commands in the path would change the user and use the installed service. */
export type RabbitMq = { folder: string; version: string }

export type RunningRabbitMq = PeerProcess & {
  /** Messages in all queues. */
  count(): Promise<number>
}

export function findRabbitMq(): RabbitMq | null {
  const folder = globSync('/usr/lib/rabbitmq/lib/rabbitmq_server-*').toSorted().at(-1)
  return folder === undefined ? null : { folder, version: folder.slice(folder.lastIndexOf('-') + 1) }
}

/** In a folder, under a name and with a port mapper of its own: nothing of an installed service is used. */
export async function startRabbitMq({ folder: home }: RabbitMq): Promise<RunningRabbitMq> {
  await using undo = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'dbr-'))
  undo.defer(() => rm(folder, { recursive: true, force: true }))
  const [amqp, distribution, mapper] = [await freePort(), await freePort(), await freePort()]
  const env = {
    HOME: folder,
    ERL_EPMD_PORT: String(mapper),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `bench${amqp}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    // Without it the server would be a child of a shell, which would not end it.
    RUNNING_UNDER_SYSTEMD: 'true',
  }
  writeFileSync(join(folder, 'enabled_plugins'), '[rabbitmq_web_stomp].\n')
  // The mapper outlives the server that has started it.
  undo.defer(async () => void (await run('epmd', ['-port', String(mapper), '-kill']).catch(() => undefined)))
  const server = undo.use(
    await startPeerProcess('RabbitMQ', (port) => {
      writeFileSync(join(folder, 'rabbitmq.conf'), settingsFor(amqp, port))
      return {
        program: join(home, 'sbin/rabbitmq-server'),
        args: [],
        cwd: folder,
        env,
        answers: `http://127.0.0.1:${port}/ws`,
      }
    }),
  )
  const running = undo.move()
  return {
    pid: server.pid,
    port: server.port,
    async count() {
      const args = ['--quiet', '--no-table-headers', '-n', env.RABBITMQ_NODENAME, 'list_queues', 'messages']
      const { stdout } = await run(join(home, 'sbin/rabbitmqctl'), args, { env: { ...process.env, ...env } })
      return stdout.split('\n').reduce((sum, line) => sum + Number(line), 0)
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function settingsFor(amqp: number, webStomp: number): string {
  return `
listeners.tcp.1 = 127.0.0.1:${amqp}
stomp.listeners.tcp = none
web_stomp.tcp.ip = 127.0.0.1
web_stomp.tcp.port = ${webStomp}
default_user = bench
default_pass = bench
log.file.level = error
disk_free_limit.absolute = 50MB
`
}
