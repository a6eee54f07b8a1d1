import type { Actor } from '@deskbell/contract/actor'
import type { UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import type { Database } from '@deskbell/db/database'
import { type PresenceUser, tellGone, tellHere } from '@deskbell/db/queries/presence'
import type { Log } from '../log.ts'
import type { PresenceTimings } from './presence-timings.ts'

export type PresenceWriterOptions = {
  db: Database
  log: Log
  timings: PresenceTimings
  /** Called when the changed presence of these users is stored. */
  onWritten: (people: readonly PresenceUser[]) => void
}

/** The rows of one statement, which then stays well below the statement timeout. */
const batchMax = 5_000

/**
 * Writes to the database who is connected to this process: all users every `refreshMs`, and those who connected or
 * disconnected together after `soonMs`. If a write fails, the next one repeats it. The users of a process that dies
 * expire.
 */
export class PresenceWriter {
  readonly #options: PresenceWriterOptions
  /** The connected users. `times`: the number of their sockets and streams. */
  readonly #here = new Map<UserId, { role: Role; times: number }>()
  /** Users whose change is not written yet. They are online if they are in `#here`. */
  readonly #changed = new Map<UserId, Role>()
  #refreshTimer: NodeJS.Timeout | undefined
  #soonTimer: NodeJS.Timeout | undefined
  /** One write at a time, so that two changes of a user are written in their order. */
  #writing: Promise<void> = Promise.resolve()
  #stopped = true

  constructor(options: PresenceWriterOptions) {
    this.#options = options
  }

  get connectedUsers(): number {
    return this.#here.size
  }

  start(): void {
    this.#stopped = false
    this.#refreshTimer = setInterval(
      () => void this.#run(() => this.#refresh()),
      this.#options.timings.refreshMs,
    ).unref()
  }

  /** Writes that all users have disconnected. Resolves also when that fails: then they expire. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    clearInterval(this.#refreshTimer)
    clearTimeout(this.#soonTimer)
    for (const [userId, { role }] of this.#here) this.#changed.set(userId, role)
    this.#here.clear()
    await this.#run(() => this.#writeChanged())
  }

  enter({ userId, role }: Pick<Actor, 'userId' | 'role'>): () => void {
    const here = this.#here.get(userId) ?? { role, times: 0 }
    here.times += 1
    this.#here.set(userId, here)
    if (here.times === 1) this.#change(userId, role)
    let left = false
    return () => {
      if (left) return
      left = true
      here.times -= 1
      if (here.times > 0 || this.#here.get(userId) !== here) return
      this.#here.delete(userId)
      this.#change(userId, role)
    }
  }

  #change(userId: UserId, role: Role): void {
    if (this.#stopped) return
    this.#changed.set(userId, role)
    this.#soonTimer ??= setTimeout(() => {
      this.#soonTimer = undefined
      void this.#run(() => this.#writeChanged())
    }, this.#options.timings.soonMs).unref()
  }

  #run(work: () => Promise<void>): Promise<void> {
    this.#writing = this.#writing.then(work).catch((error: unknown) => {
      this.#options.log.debug({ err: error, people: this.#here.size }, 'presence could not be written')
    })
    return this.#writing
  }

  async #refresh(): Promise<void> {
    await this.#writeChanged()
    await this.#tell(tellHere, this.#everybody(), this.#options.timings.expiryMs)
  }

  async #writeChanged(): Promise<void> {
    const changed = [...this.#changed].map(([userId, role]) => ({ userId, role }))
    this.#changed.clear()
    if (changed.length === 0) return
    const { expiryMs, graceMs } = this.#options.timings
    const [came, gone] = [
      changed.filter(({ userId }) => this.#here.has(userId)),
      changed.filter(({ userId }) => !this.#here.has(userId)),
    ]
    try {
      await this.#tell(tellHere, came, expiryMs)
      await this.#tell(tellGone, gone, graceMs)
    } catch (error) {
      for (const { userId, role } of changed) this.#changed.set(userId, role)
      throw error
    }
    this.#options.onWritten(changed)
  }

  async #tell(how: typeof tellHere, people: readonly PresenceUser[], ms: number): Promise<void> {
    for (let from = 0; from < people.length; from += batchMax) {
      await how(this.#options.db.orm, people.slice(from, from + batchMax), ms)
    }
  }

  #everybody(): PresenceUser[] {
    return [...this.#here].map(([userId, { role }]) => ({ userId, role }))
  }
}
