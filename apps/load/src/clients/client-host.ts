import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ChildDialog } from '../child-dialog.ts'
import type { ClientReport, Expected, OpenedChat, Order, SampleImage, UserSpec } from './orders.ts'

const mainFile = fileURLToPath(new URL('main.ts', import.meta.url))
const preloadFile = new URL('../patches/preload.ts', import.meta.url).href

/** A process of simulated users, as the run sees it. */
export class ClientHost {
  readonly #child: ChildProcess
  readonly #dialog: ChildDialog<Order>
  readonly users: readonly UserSpec[]

  constructor(users: readonly UserSpec[], bugs: readonly string[]) {
    this.users = users
    this.#child = spawn(process.execPath, ['--import', preloadFile, mainFile], {
      env: { ...process.env, DESKBELL_LOAD_BUGS: bugs.join(',') },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#dialog = new ChildDialog(this.#child)
  }

  async setUp(order: { seed: string; file: string; images: readonly SampleImage[] }): Promise<void> {
    await this.#dialog.ask({ t: 'setup', users: this.users, ...order })
  }

  async open(order: { round: number; file: string; chatsEach: number }): Promise<OpenedChat[]> {
    return answer<OpenedChat[]>(await this.#dialog.ask({ t: 'open', ...order }))
  }

  async begin(order: Omit<Extract<Order, { t: 'begin' }>, 't'>): Promise<void> {
    await this.#dialog.ask({ t: 'begin', ...order })
  }

  async finish(timeoutMs: number): Promise<void> {
    await this.#dialog.ask({ t: 'finish', timeoutMs })
  }

  async settle(timeoutMs: number): Promise<number> {
    return answer<number>(await this.#dialog.ask({ t: 'settle', timeoutMs }))
  }

  async rest(expected: [string, Expected][], timeoutMs: number): Promise<string[]> {
    return answer<string[]>(await this.#dialog.ask({ t: 'rest', expected, timeoutMs }))
  }

  async end(): Promise<void> {
    await this.#dialog.ask({ t: 'end' })
  }

  /** Closes all open chats, so that lists and counts of the next round are its own. */
  async clear(): Promise<void> {
    await this.#dialog.ask({ t: 'clear' })
  }

  async wake(): Promise<void> {
    await this.#dialog.ask({ t: 'wake' })
  }

  async report(without: Iterable<string>): Promise<ClientReport> {
    return answer<ClientReport>(await this.#dialog.ask({ t: 'report', without: [...without] }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.disconnect()
    await exited
  }
}

/** Our own program answers what the order promises. */
function answer<T>(value: unknown): T {
  return value as T
}
