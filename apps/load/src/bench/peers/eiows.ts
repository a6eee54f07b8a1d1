import { execFile } from 'node:child_process'
import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { BenchOptions } from '../suite/bench.ts'

export type Eiows = { file: string; version: string } | { reason: string }

const run = promisify(execFile)
const pinned = '11.1.1'
const folder = fileURLToPath(new URL('../../../../../.tools/bench-peers/', import.meta.url))
const installTimeoutMs = 900_000

/**
 * The engine for sockets that Socket.IO's pages name as the quicker one. It is compiled against the whole source of Node,
 * which its own script fetches from nodejs.org, so it is no dependency of ours: it is installed beside the other tools
 * when a full run wants it, and the reason is told when that fails.
 */
export async function findOrInstallEiows({ quick, log }: BenchOptions): Promise<Eiows> {
  const found = await findEiows()
  if (found !== null) return found
  if (quick) return { reason: 'not installed' }
  log(`building eiows ${pinned}`)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n')
  // A folder of headers alone, which npm may be told to use, is not the source.
  const env = { ...process.env, npm_config_nodedir: '' }
  const args = ['install', '--no-audit', '--no-fund', '--save-exact', `eiows@${pinned}`]
  try {
    await run('npm', args, { cwd: folder, env, timeout: installTimeoutMs })
  } catch (error) {
    return { reason: `eiows ${pinned} does not build here: ${firstError(String(error))}` }
  }
  return (await findEiows()) ?? { reason: 'not installed' }
}

async function findEiows(): Promise<Eiows | null> {
  const home = join(folder, 'node_modules', 'eiows')
  try {
    await access(join(home, 'dist', `eiows_${process.versions.modules}.node`))
    const manifest: unknown = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'))
    return {
      file: join(home, 'dist', 'wrapper.mjs'),
      version: z.object({ version: z.string() }).parse(manifest).version,
    }
  } catch {
    return null
  }
}

/** Of what npm wrote: its own lines about the command say less than the script's. */
function firstError(output: string): string {
  const line = output.split('\n').find((text) => /Error:/.test(text) && !text.includes('Command failed'))
  return (line ?? output.split('\n', 1)[0] ?? '')
    .replace(/^npm error\s*/, '')
    .replace(/^(\w*Error: )+/, '')
    .replaceAll('|', '/')
}
