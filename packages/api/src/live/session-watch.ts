import { endedSessions } from '@deskbell/core/auth/ended-sessions'
import type { Core } from '@deskbell/core/context'

type End = () => void

/**
 * Ends what ended sessions hold open: sockets, and streams over HTTP. The bus tells of a sign-out at once; because it
 * may lose a hint, and because nobody tells of an expiry, the sessions of all that is open are also compared with the
 * database once a second, in one query, and only while something is.
 */
export class SessionWatch {
  readonly #core: Core
  readonly #lookMs: number
  readonly #ends = new Map<number, Set<End>>()
  #unsubscribe: (() => void) | undefined
  readonly #leaveHub: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(core: Core, lookMs: number) {
    this.#core = core
    this.#lookMs = lookMs
    this.#unsubscribe = core.bus.subscribe((hint) => {
      if (hint.t === 'session') this.#end(hint.sessionId)
    })
    // While the process stood still, sessions may have ended without its hearing of it.
    this.#leaveHub = core.hub.beforeThaw(() => this.#compare())
  }

  /** Calls `end` once when the session has ended, unless the returned function was called before. */
  add(sessionId: number, end: End): () => void {
    const ends = this.#ends.get(sessionId) ?? new Set()
    this.#ends.set(sessionId, ends.add(end))
    this.#lookLater()
    return () => {
      ends.delete(end)
      if (ends.size === 0 && this.#ends.get(sessionId) === ends) this.#ends.delete(sessionId)
    }
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#leaveHub()
    clearTimeout(this.#timer)
    this.#ends.clear()
  }

  #end(sessionId: number): void {
    const ends = this.#ends.get(sessionId) ?? []
    this.#ends.delete(sessionId)
    for (const end of ends) end()
  }

  #lookLater(): void {
    if (this.#timer !== undefined || this.#unsubscribe === undefined || this.#ends.size === 0) return
    this.#timer = setTimeout(() => void this.#look(), this.#lookMs)
  }

  /** Without the database nothing can be known: the next look will. */
  async #look(): Promise<void> {
    try {
      await this.#compare()
    } catch {
      this.#core.log.debug({}, 'open sessions not compared')
    } finally {
      this.#timer = undefined
      this.#lookLater()
    }
  }

  async #compare(): Promise<void> {
    const ended = await endedSessions(this.#core, [...this.#ends.keys()])
    for (const sessionId of ended) this.#end(sessionId)
  }
}
