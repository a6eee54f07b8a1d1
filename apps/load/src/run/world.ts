import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '@deskbell/db/database'
import { startOwnPostgres } from '@deskbell/testkit/database/own-postgres'
import { type FaultProxy, startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import type { InboxOwner } from '@deskbell/testkit/history/read-inboxes'
import { ClientHost } from '../clients/client-host.ts'
import type { UserSpec } from '../clients/orders.ts'
import { sampleImages } from '../clients/sample-images.ts'
import type { Stage } from '../faults/fault.ts'
import { seededBugs } from '../patches/seeded-bugs.ts'
import { ServerProcess } from '../servers/server-process.ts'
import type { RunOptions } from './run-options.ts'

/** Everything of a run that has to be ended: a database, two servers, the proxies, the users. */
export type World = AsyncDisposable & {
  stage: Stage
  hosts: readonly ClientHost[]
  users: readonly UserSpec[]
  /** For histories. */
  folder: string
  /** Of the servers. */
  dataDir: string
  evidence: { keep: boolean }
  /** The chats of the present round. */
  chatIds: number[]
  owners(): Promise<InboxOwner[]>
}

export async function openWorld(options: RunOptions): Promise<World> {
  await using undo = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-load-'))
  const evidence = { keep: options.keep }
  undo.defer(() => (evidence.keep ? undefined : rm(folder, { recursive: true, force: true })))
  const dataDir = join(folder, 'data')
  const postgres = undo.use(await startOwnPostgres())
  const admin = openDatabase({ connectionString: postgres.adminConnectionString, poolMax: 8, onError: () => undefined })
  undo.defer(() => admin.close())
  for (const name of options.bugs) await admin.pool.query(seededBugs.get(name)?.sql ?? 'select 1')
  const servers = await Promise.all(
    ['server-1', 'server-2'].map((name) => {
      const { connectionString } = postgres
      return ServerProcess.start({ name, connectionString, dataDir, bugs: options.bugs, rateLimits: false })
    }),
  )
  undo.defer(async () => void (await Promise.all(servers.map((server) => server.end('SIGKILL')))))
  const { proxies, users } = await openLines(servers, options, undo)
  const hosts = [0, 1].map((nth) =>
    undo.use(
      new ClientHost(
        users.filter((_, at) => at % 2 === nth),
        options.bugs,
      ),
    ),
  )
  const images = await sampleImages()
  await Promise.all(
    hosts.map((host, nth) => host.setUp({ seed: options.seed, file: join(folder, `setup-${nth}.jsonl`), images })),
  )
  const chatIds: number[] = []
  const stage: Stage = { servers, proxies, postgres, admin, chatIds: () => chatIds, taken: new Set() }
  const all = undo.move()
  const owners = () => readOwners(stage, users)
  const end = { [Symbol.asyncDispose]: () => all.disposeAsync() }
  return { stage, hosts, users, folder, dataDir, evidence, chatIds, owners, ...end }
}

/** Everybody comes over a line of its own, half of them to each server. */
async function openLines(servers: readonly ServerProcess[], options: RunOptions, undo: AsyncDisposableStack) {
  const proxies = new Map<string, FaultProxy>()
  const users: UserSpec[] = []
  const add = async (who: string, role: UserSpec['role']) => {
    const proxy = undo.use(await startFaultProxy(servers[proxies.size % servers.length]?.url ?? ''))
    proxies.set(who, proxy)
    users.push({ who, role, url: proxy.url })
  }
  for (let nth = 1; nth <= options.clients; nth += 1) await add(`client-${nth}`, 'client')
  for (let nth = 1; nth <= options.operators; nth += 1) await add(`operator-${nth}`, 'operator')
  return { proxies, users }
}

async function readOwners({ admin }: Stage, users: readonly UserSpec[]): Promise<InboxOwner[]> {
  const { rows } = await admin.pool.query<{ who: string; userId: number }>(
    'select name as who, id::float8 as "userId" from users where name = any($1)',
    [users.map((user) => user.who)],
  )
  const ids = new Map(rows.map(({ who, userId }) => [who, userId]))
  return users.map(({ who, role }) => ({ who, role, userId: ids.get(who) ?? 0 }))
}
