import { endedSessions } from '@deskbell/core/auth/ended-sessions'
import type { Core } from '@deskbell/core/context'
import { endSession, type LiveSocket } from './live-socket.ts'

/**
 * Ends the sockets of ended sessions. The bus tells of a sign-out at once; because it may lose a hint, and because
 * nobody tells of an expiry, the sessions of all open sockets are also compared with the database once a second,
 * in one query, and only while there are sockets.
 */
export class SessionWatch {
  readonly #core: Core
  readonly #lookMs: number
  readonly #sockets = new Map<number, Set<LiveSocket>>()
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

  add(socket: LiveSocket): void {
    if (socket.signIn.state !== 'done') return
    const { sessionId } = socket.signIn.actor
    const sockets = this.#sockets.get(sessionId) ?? new Set()
    this.#sockets.set(sessionId, sockets.add(socket))
    this.#lookLater()
  }

  remove(socket: LiveSocket): void {
    if (socket.signIn.state !== 'done') return
    const { sessionId } = socket.signIn.actor
    const sockets = this.#sockets.get(sessionId)
    sockets?.delete(socket)
    if (sockets?.size === 0) this.#sockets.delete(sessionId)
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#leaveHub()
    clearTimeout(this.#timer)
    this.#sockets.clear()
  }

  #end(sessionId: number): void {
    for (const socket of this.#sockets.get(sessionId) ?? []) endSession(socket)
    this.#sockets.delete(sessionId)
  }

  #lookLater(): void {
    if (this.#timer !== undefined || this.#unsubscribe === undefined || this.#sockets.size === 0) return
    this.#timer = setTimeout(() => void this.#look(), this.#lookMs)
  }

  /** Without the database nothing can be known: the next look will. */
  async #look(): Promise<void> {
    try {
      await this.#compare()
    } catch {
      this.#core.log.debug({}, 'sessions of sockets not compared')
    } finally {
      this.#timer = undefined
      this.#lookLater()
    }
  }

  async #compare(): Promise<void> {
    const ended = await endedSessions(this.#core, [...this.#sockets.keys()])
    for (const sessionId of ended) this.#end(sessionId)
  }
}
