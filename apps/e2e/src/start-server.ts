import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type ServerOptions = {
  /** Settings in addition to the defaults: random port, new DATA_DIR, no rate limits. */
  env?: Record<string, string>
  /** An existing data folder, which is not deleted at the end. */
  dataDir?: string
  readyTimeoutMs?: number
}

/** The real server in its own process. */
export type RunningServer = AsyncDisposable & {
  readonly url: string
  readonly port: number
  readonly dataDir: string
  readonly pid: number
  /** Returns everything that the current process has printed. */
  output(): string
  /** Sends SIGTERM, waits for the end, and returns the exit code. */
  stop(): Promise<number | null>
  /** Sends SIGKILL, and waits for the end. */
  kill(): Promise<void>
  /** Starts the server again with the same port and data folder, and further settings. Stops it first if it still runs. */
  restart(env?: Record<string, string>): Promise<void>
}

const root = fileURLToPath(new URL('../../..', import.meta.url))
const mainFile = join(root, 'apps/server/src/main.ts')

/** Starts `apps/server/src/main.ts` and waits until `/readyz` answers 200. Disposing stops it and deletes its data. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'deskbell-e2e-')))
  let running = await launch(options, dataDir, '0')
  const port = running.port

  const stop = async () => await end(running.child, 'SIGTERM')
  return {
    get url() {
      return `http://localhost:${port}`
    },
    port,
    dataDir,
    get pid() {
      return running.child.pid ?? 0
    },
    output: () => running.output(),
    stop,
    kill: async () => void (await end(running.child, 'SIGKILL')),
    restart: async (env) => {
      await stop()
      running = await launch({ ...options, env: { ...options.env, ...env } }, dataDir, String(port))
    },
    [Symbol.asyncDispose]: async () => {
      await stop()
      if (!options.dataDir) await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}

type Launched = { child: ChildProcess; port: number; output: () => string }

async function launch(options: ServerOptions, dataDir: string, port: string): Promise<Launched> {
  const child = spawn(process.execPath, [mainFile], {
    cwd: root,
    env: { ...serverEnv(), PORT: port, DATA_DIR: dataDir, RATE_LIMITS: 'off', ...options.env },
    // The server stops when its IPC channel closes, so it does not outlive the process of the tests.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const listening = await waitForPort({ child, output: () => output, timeoutMs: options.readyTimeoutMs ?? 30_000 })
  return { child, port: listening, output: () => output }
}

/** Returns the environment without the settings that would give the server another database, role or address. */
function serverEnv(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _url, BUS: _bus, ROLE: _role, HOST: _host, PUBLIC_URL: _publicUrl, ...env } = process.env
  return { ...env, LOG_LEVEL: 'info' }
}

async function waitForPort(start: { child: ChildProcess; output: () => string; timeoutMs: number }): Promise<number> {
  const deadline = Date.now() + start.timeoutMs
  while (Date.now() < deadline) {
    if (start.child.exitCode !== null) throw new Error(`The server ended at its start:\n${start.output()}`)
    const port = Number(/"port":(\d+)/.exec(start.output())?.[1] ?? 0)
    if (port > 0 && (await isReady(port))) return port
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  await end(start.child, 'SIGKILL')
  throw new Error(`The server was not ready in time:\n${start.output()}`)
}

async function isReady(port: number): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${port}/readyz`).then(
    (response) => response.ok,
    () => false,
  )
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
  return child.exitCode
}
