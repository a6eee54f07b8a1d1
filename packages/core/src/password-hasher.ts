import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { passwordHashesMax, passwordHashesWaitingMax } from '@deskbell/contract/limits'
import { overloaded } from './app-error.ts'

/** The floor of the OWASP password storage sheet: 19 MiB, two passes. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const saltBytes = 16
const hashBytes = 32

const hash = promisify(argon2)

/** Of no account: compared when there is none, so that the answer takes as long. */
const nobody = phcText({ ...cost, salt: Buffer.alloc(saltBytes), hashed: Buffer.alloc(hashBytes) })

/**
 * Hashes passwords with Argon2id. Each hash keeps a processor busy for about 40 ms, so few run at once, and messages do
 * not wait for a storm of sign-ins.
 */
export class PasswordHasher {
  #running = 0
  readonly #waiting: (() => void)[] = []

  /** Returns the hash in PHC form, with a salt of its own. Rejects with `unavailable` when too many wait. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(saltBytes)
    const hashed = await this.#inTurn(() =>
      hash('argon2id', { ...cost, message: password, nonce: salt, tagLength: hashBytes }),
    )
    return phcText({ ...cost, salt, hashed })
  }

  /** Returns the hash of no password: of an account whose owner signs in elsewhere. It takes as long to compare. */
  unusable(): string {
    return phcText({ ...cost, salt: randomBytes(saltBytes), hashed: randomBytes(hashBytes) })
  }

  /** Compares a password with a hash. With null it takes as long, and the answer is false. */
  async matches(password: string, stored: string | null): Promise<boolean> {
    const { salt, hashed, ...parameters } = parsePhc(stored ?? nobody)
    const given = await this.#inTurn(() =>
      hash('argon2id', { ...parameters, message: password, nonce: salt, tagLength: hashed.length }),
    )
    return timingSafeEqual(given, hashed) && stored !== null
  }

  async #inTurn<T>(run: () => Promise<T>): Promise<T> {
    if (this.#running < passwordHashesMax) this.#running += 1
    else await this.#wait()
    try {
      return await run()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running -= 1
      else next()
    }
  }

  /** Resolves when a place was handed over. */
  #wait(): Promise<void> {
    if (this.#waiting.length >= passwordHashesWaitingMax) throw overloaded()
    return new Promise((resolve) => this.#waiting.push(resolve))
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
