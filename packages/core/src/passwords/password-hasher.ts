import { randomBytes, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { passwordHashesMax, passwordHashesWaitingMax } from '@deskbell/contract/limits'
import { overloaded } from '../app-error.ts'
import type { HashOrder } from './password-worker.ts'

/** The floor of the OWASP password storage sheet: 19 MiB, two passes. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const saltBytes = 16
const hashBytes = 32

/** Of no account: compared when there is none, so that the answer takes as long. */
const nobody = phcText({ ...cost, salt: Buffer.alloc(saltBytes), hashed: Buffer.alloc(hashBytes) })

/** One processor stays free for messages, where there is another. */
const threadsMax = Math.max(1, Math.min(passwordHashesMax, availableParallelism() - 1))

type Job = { order: HashOrder; resolve(hash: Buffer): void; reject(error: Error): void }

/**
 * Hashes passwords with Argon2id. Each hash keeps a processor busy for 25 to 130 ms. So they run in threads of their own,
 * with a lower priority than the thread that delivers messages, and fewer at once than there are processors. The threads
 * of Node's pool, which reads files and asks for names, stay free. A thread starts when it is first needed; after its
 * first hashes it keeps the memory of two.
 */
export class PasswordHasher {
  readonly #idle: HashThread[] = []
  readonly #threads = new Set<HashThread>()
  readonly #waiting: Job[] = []

  /** Returns the hash in PHC form, with a salt of its own. Rejects with `unavailable` when too many wait. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(saltBytes)
    const hashed = await this.#run({ ...cost, message: password, nonce: salt, tagLength: hashBytes })
    return phcText({ ...cost, salt, hashed })
  }

  /** Returns the hash of no password: of an account whose owner signs in elsewhere. It takes as long to compare. */
  unusable(): string {
    return phcText({ ...cost, salt: randomBytes(saltBytes), hashed: randomBytes(hashBytes) })
  }

  /** Compares a password with a hash. With null it takes as long, and the answer is false. */
  async matches(password: string, stored: string | null): Promise<boolean> {
    const { salt, hashed, ...parameters } = parsePhc(stored ?? nobody)
    const given = await this.#run({ ...parameters, message: password, nonce: salt, tagLength: hashed.length })
    return timingSafeEqual(given, hashed) && stored !== null
  }

  /** Ends the threads. Hashes that have not ended are rejected. */
  async stop(): Promise<void> {
    for (const { reject } of this.#waiting.splice(0)) reject(overloaded())
    await Promise.all([...this.#threads].map((thread) => thread.stop()))
  }

  #run(order: HashOrder): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= passwordHashesWaitingMax) return reject(overloaded())
      this.#waiting.push({ order, resolve, reject })
      this.#next()
    })
  }

  #next(): void {
    if (this.#waiting.length === 0) return
    const thread = this.#idle.pop() ?? (this.#threads.size < threadsMax ? this.#start() : undefined)
    const job = thread && this.#waiting.shift()
    if (job === undefined) return
    thread?.run(job)
  }

  #start(): HashThread {
    const thread = new HashThread({
      onIdle: () => {
        this.#idle.push(thread)
        this.#next()
      },
      onEnd: () => {
        this.#threads.delete(thread)
        this.#next()
      },
    })
    this.#threads.add(thread)
    return thread
  }
}

/** A thread that hashes one password after the other. */
class HashThread {
  readonly #worker: Worker
  #job: Job | undefined

  constructor({ onIdle, onEnd }: { onIdle: () => void; onEnd: () => void }) {
    this.#worker = new Worker(new URL('./password-worker.ts', import.meta.url), {
      execArgv: [],
      // Its heap holds an order and a hash.
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    })
    this.#worker.unref()
    this.#worker.on('message', (hash: Uint8Array) => {
      this.#take()?.resolve(Buffer.from(hash))
      onIdle()
    })
    this.#worker.on('error', (error) => this.#take()?.reject(error))
    this.#worker.once('exit', () => {
      this.#take()?.reject(overloaded())
      onEnd()
    })
  }

  run(job: Job): void {
    this.#job = job
    // A process that waits for a hash does not end.
    this.#worker.ref()
    this.#worker.postMessage(job.order)
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  #take(): Job | undefined {
    const job = this.#job
    this.#job = undefined
    this.#worker.unref()
    return job
  }
}

type Hashed = { memory: number; passes: number; parallelism: number; salt: Buffer; hashed: Buffer }

/** PHC string format, as of the Password Hashing Competition: version, cost, salt and hash, base64 without padding. */
function phcText({ memory, passes, parallelism, salt, hashed }: Hashed): string {
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${text(salt)}$${text(hashed)}`
}

function parsePhc(text: string): Hashed {
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(text)
  if (parts === null) throw new Error('A stored password has an unknown form.')
  const [, memory, passes, parallelism, salt = '', hashed = ''] = parts
  return {
    ...{ memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    hashed: Buffer.from(hashed, 'base64'),
  }
}
