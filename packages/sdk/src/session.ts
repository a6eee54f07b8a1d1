import type { Message } from '@deskbell/contract/messages'
import type { Role, User } from '@deskbell/contract/users'
import { isPage } from './connection/page-signals.ts'
import type { SdkOptions } from './sdk.ts'

/** Who this program is, as far as it is known: who carries the session, the token, the user. */
export class Session {
  /** The browser's cookie carries the session; then no token is kept here. */
  readonly byCookie: boolean
  readonly #role: Role | undefined
  #token: string | null
  #user: User | null = null

  constructor({ session, token, role }: Pick<SdkOptions, 'session' | 'token' | 'role'>) {
    this.byCookie = session === undefined ? token === undefined && isPage() : session === 'cookie'
    this.#token = token ?? null
    this.#role = role
  }

  get token(): string | null {
    return this.#token
  }

  get user(): User | null {
    return this.#user
  }

  begin(user: User, token: string): void {
    this.#user = user
    if (!this.byCookie) this.#token = token
  }

  end(): void {
    this.#user = null
    this.#token = null
  }

  know(user: User): void {
    this.#user = user
  }

  headers(): Record<string, string> {
    return {
      ...(this.#role !== undefined && { 'deskbell-role': this.#role }),
      ...(this.#token !== null && { authorization: `Bearer ${this.#token}` }),
    }
  }

  /** Until the user is known, the side tells: two people of one side rarely draw one id. */
  isOwn(message: Message): boolean {
    if (this.#user !== null) return message.userId === this.#user.id
    return this.#role === undefined || message.direction === (this.#role === 'client' ? 'in' : 'out')
  }
}
