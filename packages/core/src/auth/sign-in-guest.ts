import { randomInt } from 'node:crypto'
import type { GuestInput } from '@deskbell/contract/auth'
import type { LoginOutput } from '@deskbell/contract/users'
import { insertGuest } from '@deskbell/db/queries/users/users'
import type { Core } from '../context.ts'
import { startSession } from './start-session.ts'

/** Signs in a new anonymous client. Without a name it gets a number, by which operators tell guests apart. */
export async function signInGuest(core: Core, { name = guestName() }: NonNullable<GuestInput>): Promise<LoginOutput> {
  return await startSession(core, { user: await insertGuest(core.db.orm, name) })
}

/** A name for who has none. */
export function guestName(): string {
  return `Guest ${randomInt(1_000, 10_000)}`
}
