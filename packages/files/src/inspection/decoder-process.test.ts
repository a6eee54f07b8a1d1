import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { onlyWhere } from '@deskbell/testkit/only-where'
import { waitFor } from '@deskbell/testkit/wait-for'
import sharp from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { openInspection } from '../testing/open-inspection.ts'
import { encoded, sampleImage } from '../testing/sample-images.ts'
import { InspectorBusyError } from './inspector.ts'

const linux = onlyWhere(existsSync('/proc/self/stat'), 'only Linux shows processes in /proc')

let small: Buffer
/** Takes so long that it can be caught in the middle. */
let large: Buffer
beforeAll(async () => {
  small = await encoded(sampleImage(), 'image/png')
  large = await encoded(sampleImage({ width: 3_000, height: 2_000 }), 'image/png')
})

/** The decoder processes of this one. */
function decoders(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isDecoder(pid))
}

function isDecoder(pid: number): boolean {
  try {
    const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('decoder-main')
  } catch {
    return false
  }
}

/** Waits until a decoder writes an image, and returns its process id. */
async function decodingProcess(madeFiles: () => Promise<string[]>): Promise<number> {
  await waitFor(async () => (await madeFiles()).length > 0)
  const [pid] = decoders()
  if (pid === undefined) throw new Error('There is no decoder.')
  return pid
}

test('[FILE-35] a decoder that is killed is replaced, and the image is made', linux, async () => {
  await using inspection = await openInspection()
  const { inspect, madeFiles } = inspection
  const inspected = inspect(large)
  const pid = await decodingProcess(madeFiles)
  process.kill(pid, 'SIGKILL')
  expect((await inspected).kind).toBe('image')
  expect(decoders()).not.toContain(pid)
})

test(
  '[FILE-35] a file at which the decoder dies twice is unsupported, and the next one is decoded',
  linux,
  async () => {
    await using inspection = await openInspection()
    const { inspect, madeFiles } = inspection
    const inspected = inspect(large)
    const first = await decodingProcess(madeFiles)
    process.kill(first, 'SIGKILL')
    for (const name of await madeFiles()) await rm(join(inspection.folder, name))
    const second = await decodingProcess(madeFiles)
    expect(second).not.toBe(first)
    process.kill(second, 'SIGKILL')
    expect(await inspected).toEqual({ kind: 'unsupported' })
    expect(await madeFiles()).toEqual([])
    expect((await inspect(small)).kind).toBe('image')
  },
)

test('[FILE-35] an image that takes too much of the processor is unsupported', linux, async () => {
  await using inspection = await openInspection({ processorMs: 100 })
  const { inspect, madeFiles } = inspection
  expect(await inspect(large)).toEqual({ kind: 'unsupported' })
  expect(await madeFiles()).toEqual([])
  expect((await inspect(small)).kind).toBe('image')
})

test('[FILE-35] an image that takes too much memory is unsupported', linux, async () => {
  await using inspection = await openInspection({ dataBytes: 720_000_000 })
  const { inspect } = inspection
  expect((await inspect(small)).kind).toBe('image')
  // A WebP is decoded as a whole: 120 MB.
  const black = sharp({ create: { width: 8_000, height: 5_000, channels: 3, background: 'black' } })
  expect(await inspect(await black.webp({ effort: 0 }).toBuffer())).toEqual({ kind: 'unsupported' })
  expect((await inspect(small)).kind).toBe('image')
})

test(
  '[FILE-35] the decoder has a lower priority, dies first when memory ends, and knows none of the settings',
  linux,
  async () => {
    await using inspection = await openInspection()
    const { inspect } = inspection
    process.env['DESKBELL_TEST_SECRET'] = 'secret'
    await inspect(small)
    delete process.env['DESKBELL_TEST_SECRET']
    const [pid = 0] = decoders()
    const threads = readdirSync(`/proc/${pid}/task`).map(Number)
    expect(new Set(threads.map((thread) => getPriority(thread)))).toEqual(new Set([Math.min(19, getPriority() + 10)]))
    expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim()).toBe('1000')
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8')
    expect(limits).toMatch(/Max data size +1600000000 /)
    expect(limits).toMatch(/Max core file size +0 /)
    const names = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean)
    expect(names.map((setting) => setting.replace(/=.*/s, '')).toSorted()).toEqual(
      expect.arrayContaining(['MALLOC_ARENA_MAX', 'NODE_CHANNEL_FD', 'TMPDIR', 'UV_THREADPOOL_SIZE']),
    )
    expect(names.join()).not.toMatch(/secret|DATABASE/i)
  },
)

test('[FILE-37] too many that wait are refused at once, and the others are made', async () => {
  await using inspection = await openInspection({ waitingMax: 3 })
  const { inspect } = inspection
  const ends = await Promise.all(
    Array.from({ length: 8 }, () =>
      inspect(small).then(
        ({ kind }) => kind,
        (error: unknown) => error instanceof InspectorBusyError,
      ),
    ),
  )
  expect(ends.filter((end) => end === 'image')).toHaveLength(4)
  expect(ends.filter((end) => end === true)).toHaveLength(4)
})

test(
  '[FILE-37] a decoder that is given no processor fails the call for now, and says nothing of the file',
  linux,
  async () => {
    await using inspection = await openInspection({ wallMs: 500 })
    const { inspect, madeFiles } = inspection
    // A busy machine may give none for half a second.
    await waitFor(() => inspect(small))
    const [pid = 0] = decoders()
    process.kill(pid, 'SIGSTOP')
    await expect(inspect(small)).rejects.toThrow(InspectorBusyError)
    expect(await madeFiles()).toHaveLength(2)
    await waitFor(() => inspect(small))
    expect(await madeFiles()).toHaveLength(4)
  },
)

test('[FILE-37] a folder that takes nothing, or a decoder that cannot start, fails the call and says nothing of the file', async () => {
  await using inspection = await openInspection()
  const { inspector, folder, inspect } = inspection
  const path = join(folder, 'received-here')
  await writeFile(path, small)
  const claimed = { mediaType: 'image/png', name: '' }
  await expect(inspector.inspect({ path, outFolder: join(folder, 'none'), claimed })).rejects.toThrow('unable to open')
  await mkdir(join(folder, 'received-folder'))
  expect((await inspect(small)).kind).toBe('image')
  await using tight = await openInspection({ dataBytes: 20_000_000 })
  if (existsSync('/proc/self/stat')) await expect(tight.inspect(small)).rejects.toThrow('did not start')
})

test('[FILE-37] a stop refuses those that wait and ends the decoder in the middle', linux, async () => {
  await using inspection = await openInspection()
  const { inspector, inspect, madeFiles } = inspection
  const ends = [inspect(large), inspect(small)].map((end) => end.catch((error: unknown) => error))
  const pid = await decodingProcess(madeFiles)
  await inspector[Symbol.asyncDispose]()
  for (const end of ends) expect(await end).toBeInstanceOf(InspectorBusyError)
  await waitFor(() => !decoders().includes(pid))
  await expect(inspect(small)).rejects.toThrow(InspectorBusyError)
  expect(await madeFiles()).toEqual([])
})

test(
  '[FILE-38] one decoder makes one image after the other, and is replaced after as many as it may make',
  linux,
  async () => {
    await using inspection = await openInspection({ imagesMax: 2 })
    const { inspect } = inspection
    const pids: number[] = []
    for (let image = 0; image < 4; image += 1) {
      await inspect(small)
      await waitFor(() => decoders().length === 1)
      pids.push(...decoders())
    }
    expect(new Set(pids).size).toBe(2)
    expect([pids[0], pids[2]]).toEqual([pids[1], pids[3]])
  },
)

test('[FILE-38] a decoder without work ends', linux, async () => {
  await using inspection = await openInspection({ idleMs: 50 })
  const { inspect } = inspection
  await inspect(small)
  await waitFor(() => decoders().length === 0)
  expect((await inspect(small)).kind).toBe('image')
})
