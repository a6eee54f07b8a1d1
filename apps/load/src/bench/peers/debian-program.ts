import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import type { BenchOptions } from '../suite/bench.ts'

/** What a peer is found by, and the package that brings it. */
export type DebianProgram<T> = { packages: readonly string[]; find(): T | null }

const run = promisify(execFile)

/**
 * A peer that is here already, or is installed now: only on Debian, as root, and never in a quick run.
 * Null when it cannot be had. Its service is not ours: the benchmark starts a process of its own.
 */
export async function findOrInstall<T>({ packages, find }: DebianProgram<T>, options: BenchOptions): Promise<T | null> {
  const found = find()
  if (found !== null || options.quick || !canInstall()) return found
  const names = packages.join(', ')
  options.log(`installing ${names}`)
  // At run level 1 Debian's scripts start no service.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  try {
    await run('apt-get', ['install', '--yes', '--no-install-recommends', ...packages], { env })
  } catch (error) {
    options.log(`${names} could not be installed: ${String(error).split('\n', 1)[0]}`)
  }
  return find()
}

function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version')
}
