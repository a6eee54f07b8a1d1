import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '@deskbell/testkit/free-port'
import { waitFor } from '@deskbell/testkit/wait-for'
import { z } from 'zod'

/** Milliseconds of each part of one `npm start`, which add up to `total`. */
export type StartPhases = {
  /** npm, and the start script until the server's process begins. */
  bootstrap: number
  /** Node, and reading the program. */
  program: number
  postgres: number
  migrations: number
  /** The rest: pool, core, HTTP, and the first page. */
  server: number
  total: number
}

const root = fileURLToPath(new URL('../../../../..', import.meta.url))
const startTimeoutMs = 120_000

const lineSchema = z.looseObject({ time: z.coerce.date(), msg: z.string(), readMs: z.number().optional() })
type Line = z.infer<typeof lineSchema>

/** Runs `npm start` on this data folder until the first page is served, and stops it again. */
export async function measureStart(dataDir: string): Promise<StartPhases> {
  const port = await freePort()
  const startedAt = Date.now()
  const child = spawn('npm', ['start', '--silent'], {
    cwd: root,
    env: environment({ PORT: String(port), DATA_DIR: dataDir, LOG_LEVEL: 'debug' }),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  try {
    const servedAt = await firstPage(`http://127.0.0.1:${port}/`, child)
    await waitFor(() => output.includes('Deskbell is ready'), { what: 'the line that says so' })
    return phasesOf(linesOf(output), { startedAt, servedAt })
  } catch (cause) {
    throw new Error(`npm start did not serve its page:\n${output}`, { cause })
  } finally {
    await stop(child)
  }
}

/** What the lines of a start say about where the time went. */
function phasesOf(lines: readonly Line[], { startedAt, servedAt }: { startedAt: number; servedAt: number }) {
  const line = (words: string) => {
    const found = lines.find(({ msg }) => msg.startsWith(words))
    if (found === undefined) throw new Error(`The start has no line "${words}".`)
    return { at: found.time.getTime(), readMs: found.readMs ?? 0 }
  }
  const read = line('The program is read')
  const postgres = line('PostgreSQL accepts connections').at
  const schema = line('The schema is up to date').at
  return {
    bootstrap: read.at - read.readMs - startedAt,
    program: read.readMs,
    postgres: postgres - read.at,
    migrations: schema - postgres,
    server: servedAt - schema,
    total: servedAt - startedAt,
  } satisfies StartPhases
}

function linesOf(output: string): Line[] {
  const jsons = output.split('\n').filter((line) => line.startsWith('{'))
  return jsons.map((line) => lineSchema.parse(JSON.parse(line)))
}

async function firstPage(url: string, child: ChildProcess): Promise<number> {
  const deadline = Date.now() + startTimeoutMs
  while (Date.now() < deadline && child.exitCode === null) {
    const isServed = await fetch(url).then(
      async (response) => response.status === 200 && (await response.text()).includes('<html'),
      () => false,
    )
    if (isServed) return Date.now()
    await delay(5)
  }
  throw new Error('no page')
}

/** npm alone would do, but we must know that the server has let go of the folder, and it is of npm's group. */
async function stop({ pid }: ChildProcess): Promise<void> {
  if (pid === undefined) return
  const signalGroup = (signal: NodeJS.Signals | 0) => {
    try {
      return process.kill(-pid, signal)
    } catch {
      return false
    }
  }
  signalGroup('SIGTERM')
  await waitFor(() => !signalGroup(0), { timeoutMs: 30_000, what: 'everything of the start has ended' })
}

/** This process's environment without what npm and a developer may have set. */
function environment(own: Record<string, string>): NodeJS.ProcessEnv {
  const ours = /^(npm_|DATABASE_URL$|ROLE$|HOST$|PUBLIC_URL$|BUS$|AUTH_MODE$|NODE_)/
  const inherited = Object.entries(process.env).filter(([name]) => !ours.test(name))
  return { ...Object.fromEntries(inherited), ...own }
}
