import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { waitFor } from '@deskbell/testkit/wait-for'
import { descendants, isAlive } from './process-tree.ts'

export type NpmStart = AsyncDisposable & {
  /** The id of npm's process. It leads its own process group, as a job of a terminal does. */
  readonly npm: number
  readonly bootstrap: number
  readonly server: number
  readonly port: number
  output(): string
  signalGroup(signal: NodeJS.Signals): void
  /** Waits until npm, the start script and the server have ended. */
  gone(): Promise<void>
}

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Runs `npm start` on a random port, and waits until it is ready. */
export async function npmStart(env: Record<string, string>): Promise<NpmStart> {
  const child = spawnNpmStart(env)
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const port = await waitFor(
    () => {
      if (child.exitCode !== null) throw new Error(output)
      return Number(/ready on http:\/\/localhost:(\d+)/.exec(output)?.[1] ?? 0)
    },
    { timeoutMs: 30_000, what: 'npm start is ready' },
  )
  return describe(child, { port, output: () => output })
}

export function spawnNpmStart(env: Record<string, string>): ChildProcess {
  const { CI: _ci, ...ours } = process.env
  return spawn('npm', ['start'], {
    cwd: root,
    env: { ...ours, PORT: '0', ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function describe(child: ChildProcess, rest: { port: number; output: () => string }): NpmStart {
  const npm = child.pid ?? 0
  const below = descendants(npm)
  // The last match, because the shell between npm and the script contains the same text in its command.
  const pidOf = (text: string) => below.findLast((one) => one.command.includes(text))?.pid ?? 0
  const bootstrap = pidOf('scripts/deskbell.mjs start')
  const server = pidOf('apps/server/src/main.ts')
  const signalGroup = (signal: NodeJS.Signals) => void process.kill(-npm, signal)
  const gone = async () => {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    await waitFor(() => ![bootstrap, server].some(isAlive), { what: 'no process is left' })
  }
  const dispose = async () => {
    if ([npm, bootstrap, server].some(isAlive)) signalGroup('SIGTERM')
    await gone()
  }
  return { npm, bootstrap, server, ...rest, signalGroup, gone, [Symbol.asyncDispose]: dispose }
}
