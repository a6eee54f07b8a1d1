import { AppError } from '@deskbell/contract/errors'
import type { Core } from '../../context.ts'
import { requireSecure } from './require-secure.ts'

/** Throws `forbidden` in open mode, and where `PASSWORDS=off` leaves sign-ins to the identity provider. */
export function requirePasswords(core: Pick<Core, 'authMode' | 'passwordsOff'>): void {
  requireSecure(core)
  if (core.passwordsOff)
    throw new AppError('forbidden', { detail: 'With PASSWORDS=off nobody signs in by a password.' })
}
