import { AppError } from '@deskbell/contract/errors'
import { operatorIdleMs, sessionDays, sessionUseMs } from '@deskbell/contract/limits'
import type { AuthMode, Role } from '@deskbell/contract/users'
import type { SessionAuthMode } from '@deskbell/db/queries/users/sessions'

/** Throws `forbidden` when the server runs in the other mode. */
export function requireMode({ authMode }: { readonly authMode: AuthMode }, mode: AuthMode): void {
  if (authMode !== mode) throw new AppError('forbidden', { detail: otherMode[authMode] })
}

const otherMode = {
  open: 'With AUTH_MODE=open nobody has an account.',
  secure: 'This server signs nobody in by an email alone: operators have accounts.',
} as const

/**
 * A session from open mode does not prove who the user is, so it is void in secure mode. One from secure mode is void in
 * open mode, where everybody could be that user.
 */
export function isSessionValid(session: { authMode: SessionAuthMode }, authMode: AuthMode): boolean {
  return session.authMode === authMode
}

export const sessionLifeMs = sessionDays * 24 * 60 * 60_000

/** When a session ends at the latest, however much it is used. */
export function sessionLifeEnd(createdAt: Date): Date {
  return new Date(createdAt.getTime() + sessionLifeMs)
}

/**
 * Returns when a session ends if it is not used after `usedAt`; null when only its lifetime counts. The use is noted once
 * an hour, so that hour is added.
 */
export function idleEnd({ role, authMode }: { role: Role; authMode: AuthMode }, usedAt: Date): Date | null {
  if (authMode === 'open' || role === 'client') return null
  return new Date(usedAt.getTime() + operatorIdleMs + sessionUseMs)
}

export function earlier(one: Date, other: Date | null): Date {
  return other === null || one <= other ? one : other
}
