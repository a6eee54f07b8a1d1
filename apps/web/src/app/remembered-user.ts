import type { User } from '@deskbell/contract/users'
import { readRemembered, remember } from '../lib/tab-memory.ts'
import type { Seat } from './seat.ts'

export function rememberUser(user: User): void {
  remember(userKey(user.role, user.id), user)
}

/** Who sat here when the server was last asked. */
export function rememberedUser({ role, userId }: Seat): User | null {
  const isUser = (value: unknown): value is User =>
    typeof value === 'object' &&
    value !== null &&
    Reflect.get(value, 'id') === userId &&
    Reflect.get(value, 'role') === role &&
    typeof Reflect.get(value, 'name') === 'string'
  return readRemembered(userKey(role, userId), isUser)
}

function userKey(role: Seat['role'], userId: number): string {
  return `deskbell.user.${role}.${userId}`
}
