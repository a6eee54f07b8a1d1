import { sessionUseMs } from '@deskbell/contract/limits'
import { endedSessions, noteConnected } from '@deskbell/core/auth/ended-sessions'
import type { Core } from '@deskbell/core/context'

/** A socket or stream that belongs to a session. */
export type SessionConnection = { endSession(): void }

/**
 * Ends the sockets and the HTTP streams of ended sessions. A hint on the bus reports a sign-out at once. The bus may
 * lose hints, and no hint reports an expiry. So all sessions with an open socket or stream are also compared with the
 * database every `pollMs`, in one query.
 */
export class SessionWatch {
  readonly #core: Core
  readonly #pollMs: number
  /** Arrays instead of sets, because nearly every session has one socket or stream. */
  readonly #connections = new Map<number, readonly SessionConnection[]>()
  #unsubscribe: (() => void) | undefined
  readonly #unregister: () => void
  #timer: NodeJS.Timeout | undefined
  /** When the sessions that are connected were last noted as used. */
  #notedAt = 0

  constructor(core: Core, pollMs: number) {
    this.#core = core
    this.#pollMs = pollMs
    this.#unsubscribe = core.bus.subscribe((hint) => {
      if (hint.t === 'session') this.#end(hint.sessionId)
    })
    // Sessions may have ended while the process was suspended.
    this.#unregister = core.hub.onResync(() => this.#compare())
  }

  /** Calls `endSession` of `held` once when the session has ended, unless `held` was removed before. */
  add(sessionId: number, held: SessionConnection): void {
    this.#connections.set(sessionId, (this.#connections.get(sessionId) ?? []).concat(held))
    this.#schedulePoll()
  }

  remove(sessionId: number, held: SessionConnection): void {
    const left = this.#connections.get(sessionId)?.filter((one) => one !== held) ?? []
    if (left.length > 0) this.#connections.set(sessionId, left)
    else this.#connections.delete(sessionId)
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#unregister()
    clearTimeout(this.#timer)
    this.#connections.clear()
  }

  #end(sessionId: number): void {
    const all = this.#connections.get(sessionId) ?? []
    this.#connections.delete(sessionId)
    for (const held of all) held.endSession()
  }

  #schedulePoll(): void {
    if (this.#timer !== undefined || this.#unsubscribe === undefined || this.#connections.size === 0) return
    this.#timer = setTimeout(() => void this.#poll(), this.#pollMs)
  }

  /** A comparison fails while the database is away. A later one finds the ended sessions. */
  async #poll(): Promise<void> {
    try {
      await this.#compare()
    } catch {
      this.#core.log.debug({}, 'open sessions not compared')
    } finally {
      this.#timer = undefined
      this.#schedulePoll()
    }
  }

  async #compare(): Promise<void> {
    const ended = await endedSessions(this.#core, [...this.#connections.keys()])
    for (const sessionId of ended) this.#end(sessionId)
    const now = this.#core.clock.now().getTime()
    if (now - this.#notedAt < sessionUseMs) return
    await noteConnected(this.#core, [...this.#connections.keys()])
    this.#notedAt = now
  }
}
