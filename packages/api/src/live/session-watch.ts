import { endedSessions } from '@deskbell/core/auth/ended-sessions'
import type { Core } from '@deskbell/core/context'

/** A socket or stream that belongs to a session. */
export type SessionHeld = { endSession(): void }

/**
 * Ends the sockets and the HTTP streams of ended sessions. A hint on the bus reports a sign-out at once. The bus may
 * lose hints, and no hint reports an expiry. So all sessions with an open socket or stream are also compared with the
 * database every `pollMs`, in one query.
 */
export class SessionWatch {
  readonly #core: Core
  readonly #lookMs: number
  /** Arrays instead of sets, because nearly every session has one socket or stream. */
  readonly #held = new Map<number, readonly SessionHeld[]>()
  #unsubscribe: (() => void) | undefined
  readonly #leaveHub: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(core: Core, lookMs: number) {
    this.#core = core
    this.#lookMs = lookMs
    this.#unsubscribe = core.bus.subscribe((hint) => {
      if (hint.t === 'session') this.#end(hint.sessionId)
    })
    // Sessions may have ended while the process was suspended.
    this.#leaveHub = core.hub.onResync(() => this.#compare())
  }

  /** Calls `endSession` of `held` once when the session has ended, unless `held` was removed before. */
  add(sessionId: number, held: SessionHeld): void {
    this.#held.set(sessionId, (this.#held.get(sessionId) ?? []).concat(held))
    this.#lookLater()
  }

  remove(sessionId: number, held: SessionHeld): void {
    const left = this.#held.get(sessionId)?.filter((one) => one !== held) ?? []
    if (left.length > 0) this.#held.set(sessionId, left)
    else this.#held.delete(sessionId)
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#leaveHub()
    clearTimeout(this.#timer)
    this.#held.clear()
  }

  #end(sessionId: number): void {
    const all = this.#held.get(sessionId) ?? []
    this.#held.delete(sessionId)
    for (const held of all) held.endSession()
  }

  #lookLater(): void {
    if (this.#timer !== undefined || this.#unsubscribe === undefined || this.#held.size === 0) return
    this.#timer = setTimeout(() => void this.#look(), this.#lookMs)
  }

  /** A comparison fails while the database is away. A later one finds the ended sessions. */
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
    const ended = await endedSessions(this.#core, [...this.#held.keys()])
    for (const sessionId of ended) this.#end(sessionId)
  }
}
