import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { BusWeather } from '@deskbell/testkit/faults/lossy-bus'
import { freePort } from '@deskbell/testkit/free-port'
import { waitFor } from '@deskbell/testkit/wait-for'
import { ChildDialog } from '../child-dialog.ts'
import type { ServerOrder, ServerReport } from './server-messages.ts'

export type ServerSettings = {
  name: string
  connectionString: string
  /** Where the files of messages are, for all servers of a run. */
  dataDir: string
  /** Names of seeded bugs. */
  bugs: readonly string[]
  rateLimits: boolean
}

const mainFile = fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url))
const preloadFile = new URL('preload.ts', import.meta.url).href
const outputCharsMax = 20_000
const startTimeoutMs = 30_000

/** The real server in a process of its own, on a port that outlives its deaths. */
export class ServerProcess {
  readonly name: string
  readonly #settings: ServerSettings
  readonly #port: number
  #child: ChildProcess | undefined
  #dialog: ChildDialog<ServerOrder> | undefined
  #weather: BusWeather = { drop: 0, double: 0, reorder: 0 }
  #output = ''
  #mustRun = false
  /** How often, and how, it ended though nobody had asked it to. */
  readonly unasked: string[] = []

  private constructor(settings: ServerSettings, port: number) {
    this.name = settings.name
    this.#settings = settings
    this.#port = port
  }

  static async start(settings: ServerSettings): Promise<ServerProcess> {
    const server = new ServerProcess(settings, await freePort())
    await server.start()
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get pid(): number | undefined {
    return this.runs ? this.#child?.pid : undefined
  }

  get runs(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** The last of what it printed, for a run that failed. */
  get output(): string {
    return this.#output
  }

  /** Resolves when it is ready. While the database is away it ends at its start, and is started again. */
  async start(): Promise<void> {
    const deadline = performance.now() + startTimeoutMs
    while (!this.runs && !(await this.#launch())) {
      if (performance.now() > deadline) throw new Error(`${this.name} did not start:\n${this.#output}`)
      await delay(200)
    }
  }

  /** Sends a signal and answers how it ended: the exit code, or the signal. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | string | null> {
    const child = this.#child
    if (child === undefined || !this.runs) return null
    this.#mustRun = false
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
    return child.exitCode ?? child.signalCode
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    if (this.runs) this.#child?.kill(name)
  }

  async setBus(weather: BusWeather): Promise<void> {
    this.#weather = weather
    if (this.runs) await this.#dialog?.ask({ t: 'bus', weather }).catch(() => undefined)
  }

  /** Undefined when it does not run, or dies meanwhile. */
  async report(): Promise<ServerReport | undefined> {
    if (!this.runs) return undefined
    return parseReport(await this.#dialog?.ask({ t: 'report' }).catch(() => undefined))
  }

  async sweepFiles(): Promise<void> {
    await this.#dialog?.ask({ t: 'sweep' })
  }

  async answers(timeoutMs: number): Promise<boolean> {
    return await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(timeoutMs) }).then(
      (response) => response.ok,
      () => false,
    )
  }

  async #launch(): Promise<boolean> {
    const child = spawn(process.execPath, ['--import', preloadFile, mainFile], {
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => this.#keep(chunk))
    child.once('exit', (code, signal) => {
      if (this.#mustRun) this.unasked.push(`${this.name} ended with ${code ?? signal}: ${this.#output.slice(-3_000)}`)
    })
    this.#child = child
    this.#dialog = new ChildDialog(child)
    // A bus that is to be mute is mute from the first hint on.
    await this.setBus(this.#weather)
    const what = `${this.name} is ready`
    await waitFor(async () => !this.runs || (await this.answers(1_000)), { timeoutMs: startTimeoutMs, what })
    this.#mustRun = this.runs
    return this.runs
  }

  #keep(chunk: Buffer): void {
    this.#output = (this.#output + chunk.toString()).slice(-outputCharsMax)
  }

  #environment(): NodeJS.ProcessEnv {
    const { connectionString, dataDir, bugs, rateLimits } = this.#settings
    const { ROLE: _role, HOST: _host, PUBLIC_URL: _publicUrl, STORAGE: _storage, ...inherited } = process.env
    return {
      ...inherited,
      DATABASE_URL: connectionString,
      DATA_DIR: dataDir,
      BUS: 'postgres',
      PORT: String(this.#port),
      RATE_LIMITS: rateLimits ? 'on' : 'off',
      // All clients of a run come from loopback.
      CONNECTIONS_PER_ADDRESS: '1000000',
      LOG_LEVEL: 'warn',
      DESKBELL_LOAD_BUGS: bugs.join(','),
    }
  }
}

function parseReport(answer: unknown): ServerReport | undefined {
  return answer as ServerReport | undefined
}
