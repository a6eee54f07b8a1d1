import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onlyWhere } from '@deskbell/testkit/only-where'
import { expect, onTestFinished, test } from 'vitest'
import { describeStorage, keysOf, listOf, localFile, putBytes, readText } from '../testing/storage-contract.ts'
import type { FileStorage } from './file-storage.ts'
import { openLocalStorage } from './local-storage.ts'

const run = promisify(execFile)
const canTrace = await run('strace', ['-V']).then(
  () => true,
  () => false,
)

/** Most of what a thousand puts cost is the disk. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : undefined

describeStorage('local storage', async () => {
  const folder = await mkdtemp(join(memory ?? tmpdir(), 'deskbell-local-'))
  const storage = await openLocalStorage(join(folder, 'files'))
  return removing(storage, folder)
})

function removing(storage: FileStorage, folder: string): FileStorage {
  const dispose = storage[Symbol.asyncDispose].bind(storage)
  storage[Symbol.asyncDispose] = async () => {
    await dispose()
    await rm(folder, { recursive: true })
  }
  return storage
}

async function newFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'deskbell-local-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

test('[FILE-23] files are 0600 and folders 0700, also in a folder that was there with other rights', async () => {
  const folder = await newFolder()
  await chmod(folder, 0o755)
  await using storage = await openLocalStorage(folder)
  const path = await localFile(storage, 'x')
  await chmod(path, 0o666)
  await storage.put('a/b', path)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const modes = await Promise.all(
    entries.map(async (entry) => [entry.name, (await stat(join(entry.parentPath, entry.name))).mode & 0o777]),
  )
  expect(Object.fromEntries(modes)).toEqual({ stored: 0o700, temp: 0o700, a: 0o700, 'b.bytes': 0o600 })
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
})

test('[FILE-25] what nobody has changed in the temporary folder for two days is removed at the next start', async () => {
  const folder = await newFolder()
  await using storage = await openLocalStorage(folder)
  await using other = await openLocalStorage(folder)
  expect(other.tempFolder).toBe(storage.tempFolder)
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)
  for (const [name, hours] of [
    ['old', 49],
    ['young', 47],
  ] as const) {
    await writeFile(join(storage.tempFolder, name), 'x')
    await mkdir(join(storage.tempFolder, `${name}-folder/inner`), { recursive: true })
    for (const path of [name, `${name}-folder`]) {
      await utimes(join(storage.tempFolder, path), hoursAgo(hours), hoursAgo(hours))
    }
  }
  await using third = await openLocalStorage(folder)
  expect((await readdir(third.tempFolder)).toSorted()).toEqual(['young', 'young-folder'])
})

test('[FILE-20] a folder of the store that is left empty is removed', async () => {
  const folder = await newFolder()
  await using storage = await openLocalStorage(folder)
  await putBytes(storage, 'a/b/c', 'x')
  await putBytes(storage, 'a/d', 'x')
  await storage.remove('a/b/c')
  expect(await readdir(join(folder, 'stored/a'))).toEqual(['d.bytes'])
  await storage.remove('a/d')
  expect(await readdir(join(folder, 'stored'))).toEqual([])
})

test('[FILE-22] the time of a put is that of the put, and not that of the local file', async () => {
  await using storage = await openLocalStorage(await newFolder())
  const path = await localFile(storage, 'x')
  await utimes(path, new Date(0), new Date(0))
  await storage.put('a', path)
  const [listed] = await listOf(storage, '')
  expect(Date.now() - (listed?.putAt.getTime() ?? 0)).toBeLessThan(60_000)
})

test('[FILE-22] a file that is not ours is not listed', async () => {
  const folder = await newFolder()
  await using storage = await openLocalStorage(folder)
  await putBytes(storage, 'a', 'x')
  await writeFile(join(folder, 'stored/.DS_Store'), 'x')
  expect(await keysOf(storage, '')).toEqual(['a'])
})

test('[FILE-26] the free bytes are those of the disk', async () => {
  await using storage = await openLocalStorage(await newFolder())
  const free = (await storage.freeBytes()) ?? 0
  const { stdout } = await run('df', ['-P', '-k', storage.tempFolder])
  const [, , , available] = stdout.trim().split('\n').at(-1)?.split(/\s+/) ?? []
  expect(Math.abs(free - Number(available) * 1_024)).toBeLessThan(1_000_000_000)
})

const module = new URL('./local-storage.ts', import.meta.url).href

/** Puts files of one letter to one key, another letter each time, and says so before each put, until it is killed. */
const puttingProgram = `
import { writeFileSync, writeSync } from 'node:fs'
import { openLocalStorage } from ${JSON.stringify(module)}
const storage = await openLocalStorage(process.argv[1])
const path = storage.tempFolder + '/' + process.pid
for (let letter = 97; ; letter = letter === 122 ? 97 : letter + 1) {
  writeFileSync(path, Buffer.alloc(1_000_000, letter))
  writeSync(1, '.')
  await storage.put('a/b', path)
}`

test('[FILE-21] a process that is killed while it puts leaves the old bytes or the new ones', async () => {
  const folder = await newFolder()
  for (let puts = 2; puts < 6; puts += 1) {
    const program = spawn(process.execPath, ['--input-type=module', '--eval', puttingProgram, folder])
    let begun = 0
    for await (const dots of program.stdout) {
      begun += dots.length
      if (begun >= puts) break
    }
    program.kill('SIGKILL')
    await once(program, 'exit')
    await using storage = await openLocalStorage(folder)
    const text = await readText(storage, 'a/b')
    expect(text === (text[0] ?? '').repeat(1_000_000)).toBe(true)
  }
})

const oncePutProgram = `
import { writeFileSync } from 'node:fs'
import { openLocalStorage } from ${JSON.stringify(module)}
await using storage = await openLocalStorage(process.argv[1])
writeFileSync(storage.tempFolder + '/made', 'x')
await storage.put('a/b', storage.tempFolder + '/made')`

test(
  '[FILE-21] the bytes are synced before the rename, and every folder of the file after it',
  onlyWhere(canTrace, 'there is no strace'),
  async () => {
    const folder = await newFolder()
    const trace = join(folder, 'trace')
    const strace = ['-f', '-y', '-e', 'trace=fsync,fdatasync,rename,renameat,renameat2', '-o', trace, process.execPath]
    // Node writes its cache of compiled code at the end, with renames of its own.
    const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' }
    await run('strace', [...strace, '--input-type=module', '--eval', oncePutProgram, join(folder, 'files')], { env })
    const calls = [...(await readFile(trace, 'utf8')).matchAll(/(fsync|rename)\w*\((?:\d+<(.*?)>|.*\/([\w.]+)")/g)]
    const steps = calls.map(([, call, synced, renamed]) => `${call} ${synced?.replace(folder, '') ?? renamed}`)
    expect(steps.slice(steps.indexOf('fsync /files/temp/made'))).toEqual([
      'fsync /files/temp/made',
      'rename b.bytes',
      'fsync /files/stored/a',
      'fsync /files/stored',
    ])
  },
)
