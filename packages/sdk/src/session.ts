import type { UserId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import type { Role } from '@deskbell/contract/users'
import { isPage } from './connection/page-signals.ts'
import type { SdkOptions } from './sdk.ts'

/** Who this program is, as far as it is known: who carries the session, the token, the user. */
export class Session {
  /** The browser's cookie carries the session; then no token is kept here. */
  readonly byCookie: boolean
  readonly #role: Role | undefined
  #token: string | null
  #userId: UserId | null
  #isSure = false

  constructor({ session, token, role, userId }: Pick<SdkOptions, 'session' | 'token' | 'role' | 'userId'>) {
    this.byCookie = session === undefined ? token === undefined && isPage() : session === 'cookie'
    this.#token = token ?? null
    this.#role = role
    this.#userId = userId ?? null
  }

  get token(): string | null {
    return this.#token
  }

  /** Somebody may be signed in already: a cookie cannot be seen from here. */
  get mayExist(): boolean {
    return this.byCookie || this.#token !== null
  }

  get userId(): UserId | null {
    return this.#userId
  }

  /** The server has said who the user is; before, it is only what the program believes. */
  get isSure(): boolean {
    return this.#isSure
  }

  begin(userId: UserId, token: string): void {
    this.know(userId)
    if (!this.byCookie) this.#token = token
  }

  end(): void {
    this.#userId = null
    this.#isSure = false
    this.#token = null
  }

  know(userId: UserId): void {
    this.#userId = userId
    this.#isSure = true
  }

  headers(): Record<string, string> {
    return {
      ...(this.#role !== undefined && { 'deskbell-role': this.#role }),
      ...(this.#token !== null && { authorization: `Bearer ${this.#token}` }),
    }
  }

  /** Until the user is known, the side tells: two people of one side rarely draw one id. */
  isOwn(message: Message): boolean {
    if (this.#userId !== null) return message.userId === this.#userId
    return this.#role === undefined || message.direction === (this.#role === 'client' ? 'in' : 'out')
  }
}
