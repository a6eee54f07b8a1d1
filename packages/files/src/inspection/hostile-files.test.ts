import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onlyWhere } from '@deskbell/testkit/only-where'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { hostileFiles, hostileMarker } from '../testing/hostile-files.ts'
import { createInspector, type Inspector } from './inspector.ts'

let folder = ''
let inspector: Inspector
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deskbell-hostile-'))
  inspector = createInspector()
})
afterAll(async () => {
  await inspector[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

test.each(hostileFiles)(
  '[FILE-36] $name as "$mediaType" is $expected',
  async ({ name, mediaType, bytes, expected }) => {
    const path = join(folder, 'received')
    await writeFile(path, await bytes())
    const inspection = await inspector.inspect({ path, outFolder: folder, claimed: { mediaType, name } })
    expect(inspection.kind).toBe(expected)
    if (inspection.kind === 'image') {
      for (const made of [inspection.path, inspection.thumbnail.path]) {
        const text = await readFile(made, 'latin1')
        expect(text).not.toMatch(new RegExp(`${hostileMarker}|script|PK\\x03\\x04`, 'i'))
        await rm(made)
      }
    }
    if (inspection.kind === 'download')
      expect(inspection.mediaType).not.toMatch(/html|xml|svg|script|flash|multipart|message/)
    expect(await readdir(folder)).toEqual(['received'])
  },
)

test('[FILE-36] the table has at least forty files, each under a name of its own', () => {
  const names = hostileFiles.map(({ name }) => name)
  expect(names.length).toBeGreaterThanOrEqual(40)
  expect(new Set(names).size).toBe(names.length)
})

const inspectorModule = new URL('./inspector.ts', import.meta.url).href

/** Inspects the files of a folder again and again, and prints what the memory was after each round. */
const inspectingProgram = `
import { readdirSync, readFileSync } from 'node:fs'
import { createInspector } from ${JSON.stringify(inspectorModule)}
const [, folder, outFolder] = process.argv
const inspector = createInspector()
const megabytes = []
for (let round = 0; round < 4; round += 1) {
  for (const name of readdirSync(folder)) {
    await inspector.inspect({ path: folder + '/' + name, outFolder, claimed: { mediaType: 'image/png', name } })
  }
  gc()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  megabytes.push((heapUsed + external + arrayBuffers) / 1e6)
}
await inspector[Symbol.asyncDispose]()
const loaded = /libvips|sharp/.test(readFileSync('/proc/self/maps', 'utf8'))
process.stdout.write(JSON.stringify({ megabytes, loaded }))`

test(
  '[FILE-35] the server itself loads no decoder, and its memory stays flat over all hostile files',
  onlyWhere(existsSync('/proc/self/maps'), 'only Linux shows what a process has loaded'),
  async () => {
    const received = await mkdtemp(join(tmpdir(), 'deskbell-hostile-'))
    const outFolder = await mkdtemp(join(tmpdir(), 'deskbell-hostile-'))
    onTestFinished(async () => {
      for (const path of [received, outFolder]) await rm(path, { recursive: true })
    })
    for (const { name, bytes } of hostileFiles) await writeFile(join(received, name), await bytes())
    const args = ['--expose-gc', '--input-type=module', '--eval', inspectingProgram, received, outFolder]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const { megabytes, loaded } = JSON.parse(stdout) as { megabytes: number[]; loaded: boolean }
    expect(loaded).toBe(false)
    expect(Math.max(...megabytes) - (megabytes[0] ?? 0)).toBeLessThan(2)
  },
)
