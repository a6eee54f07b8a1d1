import { spawn } from 'node:child_process'
import { chown, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { findBinaries } from '../binaries.ts'
import { chooseRunAs } from '../run-as.ts'
import { ask, embeddedFolder, serverProcesses } from '../testing/embedded-folder.ts'
import { postgresInChild } from '../testing/postgres-in-child.ts'

/** It usually takes a tenth of a second, but other test files may use the same two cores. */
const busyMachineMs = 3_000

test('[RUN-2] after kill -9 of Deskbell its database ends', async () => {
  await using folder = await embeddedFolder()
  const deskbell = await postgresInChild(folder.dataDir)
  expect(deskbell).toMatchObject({ started: true })
  await deskbell.kill('SIGKILL')
  await waitFor(async () => (await serverProcesses(folder.cluster)).length === 0, { timeoutMs: busyMachineMs })
})

test('[RUN-2] after kill -9 of Deskbell a database and a watchdog that were restarted before end too', async () => {
  await using folder = await embeddedFolder()
  const deskbell = await postgresInChild(folder.dataDir)
  const first = await folder.serverPid()
  process.kill(first ?? 0, 'SIGKILL')
  const second = await waitFor(async () => {
    const pid = await folder.serverPid()
    return pid !== first && (await watchdogsOf(pid)).length === 1 ? pid : undefined
  })
  const [dog] = await watchdogsOf(second)
  process.kill(dog ?? 0, 'SIGKILL')
  await waitFor(async () => (await watchdogsOf(second)).some((pid) => pid !== dog))
  await deskbell.kill('SIGKILL')
  await waitFor(async () => (await serverProcesses(folder.cluster)).length === 0, { timeoutMs: busyMachineMs })
})

test('[RUN-4] after kill -9 the next start is ready within three seconds and has every committed row', async () => {
  await using folder = await embeddedFolder()
  const deskbell = await postgresInChild(folder.dataDir)
  await ask(deskbell.answer, 'create table kept as select 1 as n')
  await deskbell.kill('SIGKILL')
  const since = performance.now()
  const server = await folder.start()
  expect(performance.now() - since).toBeLessThan(3_000)
  expect(await ask(server.connectionString, 'select n from kept')).toEqual([{ n: 1 }])
})

test('[RUN-4] the next start stops a leftover database whose watchdog was killed too, and starts its own', async () => {
  await using folder = await embeddedFolder()
  const deskbell = await postgresInChild(folder.dataDir)
  const orphan = await folder.serverPid()
  for (const dog of await watchdogsOf(orphan)) process.kill(dog, 'SIGKILL')
  await deskbell.kill('SIGKILL')
  expect(await serverProcesses(folder.cluster)).toEqual([orphan])
  const server = await folder.start()
  expect(await folder.serverPid()).not.toBe(orphan)
  expect(await ask(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(folder.logged).toContain('stopping the database that an earlier run left behind')
})

test('[RUN-4] the database starts although the process id in postmaster.pid belongs to another program', async () => {
  await using folder = await embeddedFolder()
  await (await folder.start()).stop()
  // The process belongs to the user of the database. In this case PostgreSQL itself would refuse to start.
  const runAs = await chooseRunAs(findBinaries().postgres, folder.cluster)
  const stranger = runAs.spawn('/bin/sleep', ['60'], { stdio: 'ignore' })
  try {
    const record = join(folder.cluster, 'postmaster.pid')
    await writeFile(
      record,
      [stranger.pid, folder.cluster, '1', '5432', join(folder.dataDir, 'run'), '', '1 1', 'ready', ''].join('\n'),
    )
    await writeFile(join(folder.dataDir, 'run', '.s.PGSQL.5432.lock'), `${stranger.pid}\n`)
    if (runAs.user) await chown(record, runAs.user.uid, runAs.user.gid)
    const server = await folder.start()
    expect(await ask(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(stranger.exitCode).toBe(null)
  } finally {
    stranger.kill('SIGKILL')
  }
})

test('[RUN-4] a foreign PostgreSQL on the folder is named in the error and keeps running', async () => {
  await using folder = await embeddedFolder()
  await (await folder.start()).stop()
  const { postgres } = findBinaries()
  const runAs = await chooseRunAs(postgres, folder.cluster)
  const socket = join(folder.dataDir, 'run')
  const foreign = runAs.spawn(postgres, ['-D', folder.cluster, '-c', 'listen_addresses=', '-k', socket], {
    stdio: 'ignore',
  })
  const gone = new Promise((resolve) => foreign.once('exit', resolve))
  try {
    await waitFor(async () => (await readFile(join(folder.cluster, 'postmaster.pid'), 'utf8')).includes('ready'))
    await expect(folder.start()).rejects.toThrow(`did not start (process ${foreign.pid}) works on`)
    expect(foreign.exitCode).toBe(null)
  } finally {
    foreign.kill('SIGINT')
    await gone
  }
})

test('[RUN-7] of several starts at once on one folder one succeeds, and the others name the reason', async () => {
  await using folder = await embeddedFolder()
  const starts = await Promise.all([1, 2, 3, 4].map(() => postgresInChild(folder.dataDir)))
  try {
    expect(starts.filter((start) => start.started)).toHaveLength(1)
    const refused = new Set(starts.filter((start) => !start.started).map((start) => start.answer))
    expect([...refused]).toEqual([`DataFolderError: The data folder ${folder.dataDir} is in use by another Deskbell.`])
    await expect(folder.start()).rejects.toThrow('in use by another Deskbell')
  } finally {
    await Promise.all(starts.map((start) => start.kill('SIGTERM')))
  }
  expect(await serverProcesses(folder.cluster)).toEqual([])
})

/** Returns the process ids of the watchdog shells, whose last argument is the process id of the server. */
async function watchdogsOf(serverPid: number | undefined): Promise<number[]> {
  const list = spawn('ps', ['-eo', 'pid=,args='], { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  for await (const chunk of list.stdout) text += String(chunk)
  // The script has several lines, so ps prints several for it; the arguments are at the end of the last one.
  const words = text.replaceAll(/\n(?!\s*\d+ )/g, ' ')
  return words
    .split('\n')
    .filter((line) => line.includes('cat >/dev/null') && line.endsWith(` sh ${serverPid}`))
    .map((line) => Number.parseInt(line, 10))
}
