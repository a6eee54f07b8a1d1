import type { User } from '@deskbell/contract/users'
import { forgetOthers, readRemembered, remember } from '../lib/device-memory.ts'
import type { Seat } from './seat.ts'

export function rememberUser(user: User): void {
  const owner = { role: user.role, userId: user.id }
  forgetOthers(owner)
  remember(owner, 'user', user)
}

/** Who sat here when the server was last asked. */
export function rememberedUser({ role, userId }: Seat): User | null {
  const isUser = (value: unknown): value is User => Object(value).id === userId
  return readRemembered({ role, userId }, 'user', isUser)
}
