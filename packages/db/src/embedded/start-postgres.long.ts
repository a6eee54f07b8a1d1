import { execFileSync, spawnSync } from 'node:child_process'
import { chown, cp, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onlyWhere } from '@deskbell/testkit/only-where'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test, vi } from 'vitest'
import { migrate } from '../migration/migrate.ts'
import { findBinaries } from './binaries.ts'
import { DataFolderError } from './data-folder/data-folder-error.ts'
import { runningConnectionString } from './running-server.ts'
import type { EmbeddedPostgres } from './start-postgres.ts'
import { userByName } from './system-users.ts'
import { ask, embeddedFolder } from './testing/embedded-folder.ts'
import { postgresInChild } from './testing/postgres-in-child.ts'

const asRoot = process.geteuid?.() === 0
const onlyRoot = onlyWhere(asRoot, 'only root can run the server as another user')

test('[RUN-6] in a folder of root the server runs unprivileged, and the role is no superuser', async () => {
  await using folder = await embeddedFolder()
  const server = await folder.start()
  const [row] = await ask(
    server.connectionString,
    `select current_user as me, rolsuper as super, current_database() as db, pg_catalog.version() as version,
      (select datlocprovider::text || ' ' || datlocale from pg_database where datname = current_database()) as collation
      from pg_roles where rolname = current_user`,
  )
  expect(row).toMatchObject({ me: 'deskbell', super: false, db: 'deskbell', collation: 'b C.UTF-8' })
  expect(row?.['version']).toMatch(/^PostgreSQL 18/)
  const pid = await folder.serverPid()
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  expect(status).not.toMatch(/^Uid:\s+0\b/m)
  expect((await stat(folder.dataDir)).mode & 0o777).toBe(0o700)
  expect((await stat(folder.cluster)).mode & 0o777).toBe(0o700)
})

test('[ACC-19] another process of this user reaches the running server, and finds none when it has stopped', async () => {
  await using folder = await embeddedFolder()
  expect(await runningConnectionString(folder.dataDir)).toBeNull()
  const server = await folder.start()
  const found = await runningConnectionString(folder.dataDir)
  expect(found).toBe(server.connectionString)
  await server.stop()
  expect(await runningConnectionString(folder.dataDir)).toBeNull()
})

test('[RUN-6] the server runs when only root may enter the folder of its binaries', onlyRoot, async () => {
  await using folder = await embeddedFolder()
  const { postgres, major } = findBinaries()
  const program = join(dirname(folder.dataDir), 'native')
  await cp(dirname(dirname(postgres)), program, { recursive: true, verbatimSymlinks: true })
  const bin = join(program, 'bin')
  const server = await folder.start({
    binaries: { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), major },
  })
  // The server reads the files of an extension from the folder of its binaries.
  await ask(server.adminConnectionString, 'create extension pg_trgm')
  expect(await ask(server.adminConnectionString, `select similarity('a', 'a') as same`)).toEqual([{ same: 1 }])
})

const asNobody = onlyWhere(
  asRoot && nobodyCanRunThis(),
  'only root can start it as nobody, in a folder that nobody may enter',
)

test('[RUN-6] started by an ordinary user it runs as that user', asNobody, async () => {
  const user = await userByName('nobody')
  const home = await mkdtemp(join(tmpdir(), 'deskbell-nobody-'))
  await chown(home, user?.uid ?? 0, user?.gid ?? 0)
  const dataDir = join(home, 'data')
  const deskbell = await postgresInChild(dataDir, user)
  try {
    expect(deskbell).toMatchObject({ started: true })
    expect((await stat(join(dataDir, 'postgres', 'PG_VERSION'))).uid).toBe(user?.uid)
    // No other user can connect through the socket: the kernel gives the server the user of the process.
    await expect(ask(deskbell.answer, 'select 1')).rejects.toThrow('Peer authentication failed')
  } finally {
    await deskbell.kill('SIGTERM')
    await rm(home, { recursive: true })
  }
})

test('[RUN-6] committed rows survive a stop and a start, and fsync and synchronous_commit are on', async () => {
  await using folder = await embeddedFolder()
  const first = await folder.start()
  await ask(first.connectionString, 'create table kept as select 1 as n')
  const [settings] = await ask(
    first.connectionString,
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as sync, current_setting('listen_addresses') as addresses`,
  )
  expect(settings).toEqual({ fsync: 'on', sync: 'on', addresses: '' })
  await first.stop()
  expect(first.state()).toBe('stopped')
  const second = await folder.start()
  expect(await ask(second.connectionString, 'select n from kept')).toEqual([{ n: 1 }])
})

test('[RUN-3] a data folder of another owner is refused and not changed', onlyRoot, async () => {
  await using folder = await embeddedFolder()
  await mkdir(folder.dataDir)
  await chown(folder.dataDir, 65534, 65534)
  const refused = await folder.start().catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(DataFolderError)
  expect(String(refused)).toMatch(/belongs to nobody: [^\n]+$/)
  expect((await stat(folder.dataDir)).uid).toBe(65534)
})

test('[RUN-12] a database of another major version is refused with a one-line error', async () => {
  await using folder = await embeddedFolder()
  const server = await folder.start()
  await server.stop()
  await writeFile(join(folder.cluster, 'PG_VERSION'), '17\n')
  const refused = await folder.start().catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(DataFolderError)
  expect(String(refused)).toMatch(/PostgreSQL 17 database, and this Deskbell brings 18[^\n]+$/)
})

test('[RUN-3] a file in place of the data folder is refused with a one-line error', async () => {
  await using folder = await embeddedFolder()
  await writeFile(folder.dataDir, '')
  const refused = await folder.start().catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(DataFolderError)
  expect(String(refused)).toMatch(/cannot be used: it is not a folder\.$/)
})

test('[RUN-13] a data folder works whose path is too long for a socket, and a stop leaves no folder', async () => {
  await using folder = await embeddedFolder(`a path, "quoted" & 'odd' ${'long '.repeat(20)}`)
  const server = await folder.start()
  const socketFolder = new URL(server.connectionString.replace('@', '@host')).searchParams.get('host') ?? ''
  expect(await ask(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(socketFolder).not.toContain(folder.dataDir)
  await server.stop()
  await expect(stat(socketFolder)).rejects.toThrow('ENOENT')
})

test('[RUN-13] a start succeeds after one that was interrupted while it made the database', async () => {
  await using folder = await embeddedFolder()
  await mkdir(join(folder.dataDir, 'postgres.new', 'base'), { recursive: true })
  const server = await folder.start()
  expect(await ask(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
})

/** Environment variables that libpq and the programs of PostgreSQL read, with values that would break them. */
const foreignEnvironment = {
  ...Object.fromEntries(
    'HOST HOSTADDR PORT DATABASE USER PASSWORD PASSFILE SERVICE SERVICEFILE REALM SSLCERT SSLKEY SSLROOTCERT SSLCRL KRBSRVNAME GSSLIB DATA'
      .split(' ')
      .map((name) => [`PG${name}`, '/nowhere']),
  ),
  PGSSLMODE: 'require',
  PGSSLNEGOTIATION: 'direct',
  PGREQUIRESSL: '1',
  PGGSSENCMODE: 'require',
  PGCHANNELBINDING: 'require',
  PGREQUIREAUTH: 'scram-sha-256',
  PGTARGETSESSIONATTRS: 'read-only',
  PGCONNECT_TIMEOUT: '1',
  PGOPTIONS: '-c search_path=nowhere',
  PGCLIENTENCODING: 'SQL_ASCII',
  PGDATESTYLE: 'German',
  PGTZ: 'Mars/Olympus',
  PGGEQO: 'off',
  PGAPPNAME: 'x',
  LC_ALL: 'xx_XX.UTF-8',
}

test('[RUN-13] environment variables for PostgreSQL programs have no effect', async () => {
  await using folder = await embeddedFolder()
  for (const [name, value] of Object.entries(foreignEnvironment)) vi.stubEnv(name, value)
  try {
    const server = await folder.start()
    expect(await ask(server.connectionString, 'select current_user as me')).toEqual([{ me: 'deskbell' }])
  } finally {
    vi.unstubAllEnvs()
  }
})

test('[RUN-14] a data folder restored from a copy gets a new seed, and a restart keeps the seed', async () => {
  await using folder = await embeddedFolder()
  const seedOf = async (server: EmbeddedPostgres) =>
    (await ask(server.connectionString, 'select seed from deployment'))[0]
  const first = await folder.start()
  await migrate(first.connectionString)
  const seed = await seedOf(first)
  await first.stop()
  const backup = `${folder.dataDir}.backup`
  execFileSync('cp', ['-a', folder.dataDir, backup])

  const second = await folder.start()
  expect(await seedOf(second)).toEqual(seed)
  await second.stop()
  await rm(folder.cluster, { recursive: true })
  await rename(join(backup, 'postgres'), folder.cluster)

  const third = await folder.start()
  const newSeed = await seedOf(third)
  expect(newSeed).not.toEqual(seed)
  await third.stop()
  expect(await seedOf(await folder.start())).toEqual(newSeed)
})

test('[RUN-5] a database that is killed is restarted, also the second time', async () => {
  await using folder = await embeddedFolder()
  const server = await folder.start()
  for (const round of [1, 2]) {
    const pid = await folder.serverPid()
    process.kill(pid ?? 0, 'SIGKILL')
    await waitFor(() => server.state() === 'restarting', { what: `round ${round} noticed` })
    await waitFor(() => server.state() === 'running', { what: `round ${round} back` })
    expect(await folder.serverPid()).not.toBe(pid)
    expect(await ask(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
  }
  expect(folder.logged.join('\n')).toContain('the database ended and is started again')
})

test('[RUN-5] a stop during a restart stops the database and frees the folder', async () => {
  await using folder = await embeddedFolder()
  const server = await folder.start()
  process.kill((await folder.serverPid()) ?? 0, 'SIGKILL')
  await waitFor(() => server.state() === 'restarting')
  await server.stop()
  expect(server.state()).toBe('stopped')
  const again = await folder.start()
  expect(again.state()).toBe('running')
})

/** Reports whether the user `nobody` can read this checkout and run Node. Not so below a home of mode 0700. */
function nobodyCanRunThis(): boolean {
  const code = `require('node:fs').accessSync(${JSON.stringify(import.meta.filename)})`
  return spawnSync(process.execPath, ['-e', code], { uid: 65534, gid: 65534, cwd: '/' }).status === 0
}
