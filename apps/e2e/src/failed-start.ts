import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const mainFile = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url))

export type FailedStart = { code: number | null; lines: string[] }

/** Starts the server with settings that it must refuse. Returns its exit code and the lines of its standard error. */
export async function failedStart(env: Record<string, string>): Promise<FailedStart> {
  const child = spawn(process.execPath, [mainFile], {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 20_000,
  })
  const [printed] = await Promise.all([text(child.stderr), once(child, 'exit')])
  return { code: child.exitCode, lines: printed.trim().split('\n') }
}
