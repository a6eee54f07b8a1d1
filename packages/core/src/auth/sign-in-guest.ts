import { randomInt } from 'node:crypto'
import type { GuestInput } from '@deskbell/contract/access/auth'
import { addressGuestsMax } from '@deskbell/contract/limits'
import type { LoginOutput } from '@deskbell/contract/users'
import { insertGuest } from '@deskbell/db/queries/users/users'
import type { Core } from '../context.ts'
import { countUpTo, tryKey } from './accounts/sign-in.ts'
import { startSession } from './start-session.ts'

/**
 * Signs in a new anonymous client. Without a name it gets a number, by which operators tell guests apart. `address`: of
 * the caller. Throws `rate_limited` in secure mode after too many guests of this address, on all processes together.
 */
export async function signInGuest(
  core: Core,
  { name = guestName() }: NonNullable<GuestInput>,
  address: string,
): Promise<LoginOutput> {
  // Counted before the guest is made, so that calls at the same moment are limited too.
  if (core.authMode === 'secure') await countUpTo(core, [[tryKey(`guest\n${address}`), addressGuestsMax]])
  return await startSession(core, { user: await insertGuest(core.db.orm, name) })
}

/** A name for who has none. */
export function guestName(): string {
  return `Guest ${randomInt(1_000, 10_000)}`
}
