import type { UserId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import type { Role, User } from '@deskbell/contract/users'
import type { SessionOptions } from '../base/options.ts'
import { isPage } from '../base/page.ts'
import { createStore, type Store } from '../base/store.ts'

/** Whether somebody is signed in, and who. */
export type SessionState =
  /** The server has not answered yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'signed-in'; readonly user: User }
  /** There is no session, it has ended, or it belongs to another user. */
  | { readonly kind: 'signed-out' }

/** The only place that knows the identity of this program: what carries the session, the token, the user. */
export class Session {
  readonly state: Store<SessionState>
  /** The browser's cookie carries the session, and no token is kept here. */
  readonly byCookie: boolean
  readonly role: Role | undefined
  readonly #state = createStore<SessionState>({ kind: 'unknown' })
  /** The number of sessions that have begun here. */
  #began = 0
  #token: string | null
  #userId: UserId | null

  constructor({ session, token, role, userId }: SessionOptions) {
    this.byCookie = session === undefined ? token === undefined && isPage() : session === 'cookie'
    this.role = role
    this.state = this.#state
    this.#token = token ?? null
    this.#userId = userId ?? null
  }

  get began(): number {
    return this.#began
  }

  get token(): string | null {
    return this.#token
  }

  /** Reports whether somebody may be signed in: a cookie cannot be read from here. */
  get mayExist(): boolean {
    return this.byCookie || this.#token !== null
  }

  /** The user's id according to the server or the program; null if unknown. */
  get userId(): UserId | null {
    return this.#userId
  }

  get isConfirmed(): boolean {
    return this.#state.getSnapshot().kind === 'signed-in'
  }

  /** Starts a session. */
  begin(user: User, token: string): void {
    this.#began += 1
    if (!this.byCookie) this.#token = token
    this.confirm(user)
  }

  /** Records the user that the server has named. */
  confirm(user: User): void {
    this.#userId = user.id
    this.#state.set({ kind: 'signed-in', user })
  }

  /** Records that the server has ended the session. The user stays known: messages may be queued. */
  refuse(): void {
    this.#state.set({ kind: 'signed-out' })
  }

  /** Records that the user has signed out. */
  end(): void {
    this.#userId = null
    this.#token = null
    this.refuse()
  }

  /**
   * Names the session and its user in headers, so that the server refuses the session of another user who has signed in
   * since.
   */
  headers(): Record<string, string> {
    return {
      ...(this.role !== undefined && { 'deskbell-role': this.role }),
      ...(this.#userId !== null && { 'deskbell-user': String(this.#userId) }),
      ...(this.#token !== null && { authorization: `Bearer ${this.#token}` }),
    }
  }

  /** The same as parameters of a socket's address, because a socket has no headers. */
  params(): Record<string, string> {
    return {
      ...(this.role !== undefined && { role: this.role }),
      ...(this.#userId !== null && { user: String(this.#userId) }),
    }
  }

  /**
   * Reports whether the message is the user's own. Until the user is known, compares sides: two users of one side
   * rarely choose one id.
   */
  isOwn(message: Message): boolean {
    if (this.#userId !== null) return message.userId === this.#userId
    return this.role === undefined || message.direction === (this.role === 'client' ? 'in' : 'out')
  }
}
