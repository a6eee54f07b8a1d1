import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '@deskbell/testkit/wait-for'
import { type CpuProfile, cpuProfileSchema } from './cpu-profile.ts'

/** Makes every server that is started from here on, the product's among them, ready to be profiled. */
export async function profiled<T>(work: (take: TakeProfile) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-profile-'))
  const file = join(folder, 'server.cpuprofile')
  const hook = new URL('profile-on-signal.ts', import.meta.url).href
  const before = process.env['NODE_OPTIONS']
  process.env['NODE_OPTIONS'] = `${before ?? ''} --import ${hook}`.trim()
  process.env['DESKBELL_PROFILE'] = file
  try {
    return await work((pid, ms) => takeProfile({ pid, ms, file }))
  } finally {
    if (before === undefined) delete process.env['NODE_OPTIONS']
    else process.env['NODE_OPTIONS'] = before
    await rm(folder, { recursive: true, force: true })
  }
}

export type TakeProfile = (pid: number, ms: number) => Promise<CpuProfile>

async function takeProfile({ pid, ms, file }: { pid: number; ms: number; file: string }): Promise<CpuProfile> {
  process.kill(pid, 'SIGUSR2')
  await delay(ms)
  process.kill(pid, 'SIGUSR2')
  return await waitFor(async () => cpuProfileSchema.parse(JSON.parse(await readFile(file, 'utf8'))), {
    timeoutMs: 60_000,
    intervalMs: 200,
    what: 'the profile is written',
  })
}
