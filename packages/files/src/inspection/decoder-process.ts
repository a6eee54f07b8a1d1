import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DecodeOrder, DecoderMessage } from './decoder-messages.ts'

export type DecoderLimits = {
  /** Of processor time, for one image, in milliseconds. */
  processorMs: number
  /** Of the clock, for one image, for a process that is given no processor. */
  wallMs: number
  /** Of private memory that can be written. 600 MB of it are reserved by Node and never touched. */
  dataBytes: number
}

/** How a decode ended without an answer. `starved`: it was given too little of the processor to judge. */
export type DecodeEnd = 'crashed' | 'timeout' | 'starved'

const startMs = 20_000
const watchEveryMs = 250
/** Steps of `nice`. With ten it gets about a tenth of a processor that the server wants too, and all of it otherwise. */
const priorityLess = 10
/** Of `/proc/…/stat`. Linux reports hundredths of a second on every machine. */
const msPerTick = 10

const program = fileURLToPath(new URL('./decoder-main.ts', import.meta.url))
const nodeFlags = ['--disable-warning=ExperimentalWarning', '--max-old-space-size=64', '--max-semi-space-size=1']

/**
 * A process that decodes one image after the other. It gets no settings of the server, a lower priority, and limits that
 * the kernel keeps: no core dumps, and under Linux a bound of its memory. The system takes it first when memory ends.
 */
export class DecoderProcess {
  /** Where libvips keeps what it does not want in memory. */
  readonly scratchFolder: string
  decoded = 0
  readonly #child: ChildProcess
  readonly #limits: DecoderLimits
  #answer: ((answer: DecoderMessage | DecodeEnd) => void) | undefined

  private constructor(limits: DecoderLimits, scratchFolder: string) {
    this.#limits = limits
    this.scratchFolder = scratchFolder
    const bounds = `ulimit -c 0; ulimit -d ${Math.floor(limits.dataBytes / 1_024)}; exec nice -n ${priorityLess} "$0" "$@"`
    const args = ['-c', bounds, process.execPath, ...nodeFlags, program]
    this.#child = spawn('/bin/sh', args, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // One heap for all threads keeps freed memory together, and no more threads start than there is work for.
      env: { PATH: '/usr/bin:/bin', TMPDIR: scratchFolder, MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '2' },
    })
    this.#child.on('message', (message: DecoderMessage) => this.#end(message))
    this.#child.on('error', () => this.#end('crashed'))
    this.#child.once('exit', () => this.#end('crashed'))
  }

  /** Rejects when the process cannot start or cannot load the decoder. */
  static async start(limits: DecoderLimits, scratchFolder: string): Promise<DecoderProcess> {
    const decoder = new DecoderProcess(limits, scratchFolder)
    const timer = setTimeout(() => decoder.kill(), startMs)
    const answer = await decoder.#next()
    clearTimeout(timer)
    if (typeof answer === 'object' && answer.kind === 'ready') return decoder
    decoder.kill()
    const reason = typeof answer === 'object' && answer.kind === 'failed' ? answer.reason : answer
    throw new Error(`The image decoder did not start: ${reason}`)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get isAlive(): boolean {
    return this.#child.connected && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Calls must not overlap. After an end that is not a message the process is dead. */
  async decode(order: DecodeOrder): Promise<DecoderMessage | DecodeEnd> {
    this.decoded += 1
    const answered = this.#next()
    const startedAt = performance.now()
    const processorBefore = this.#processorMs() ?? 0
    const watch = setInterval(() => {
      const wall = performance.now() - startedAt
      const processor = (this.#processorMs() ?? wall) - processorBefore
      if (processor > this.#limits.processorMs) this.#stop('timeout')
      else if (wall > this.#limits.wallMs) this.#stop('starved')
    }, watchEveryMs)
    this.#child.send(order, (error) => {
      if (error !== null) this.#stop('crashed')
    })
    const answer = await answered
    clearInterval(watch)
    return answer
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #stop(end: DecodeEnd): void {
    this.kill()
    this.#end(end)
  }

  /** The process keeps ours alive only while somebody waits for it. */
  #next(): Promise<DecoderMessage | DecodeEnd> {
    this.#child.ref()
    this.#child.channel?.ref()
    return new Promise((resolve) => {
      this.#answer = resolve
    })
  }

  #end(answer: DecoderMessage | DecodeEnd): void {
    this.#answer?.(answer)
    this.#answer = undefined
    this.#child.unref()
    this.#child.channel?.unref()
  }

  /** What the process has used so far. Undefined where the system does not say it. */
  #processorMs(): number | undefined {
    try {
      const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')
      return (Number(fields?.[11]) + Number(fields?.[12])) * msPerTick
    } catch {
      return undefined
    }
  }
}
