import { createHash, randomBytes } from 'node:crypto'
import type { FactorMethod } from '@deskbell/contract/access/factors'
import type { UserId } from '@deskbell/contract/ids'
import { challengeMs } from '@deskbell/contract/limits'
import type { AccountRow } from '@deskbell/db/queries/users/accounts'
import { type ChallengeRow, countFactors, insertChallenge } from '@deskbell/db/queries/users/factors'
import type { Executor } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'

/** Returns what an operator may use as its second factor: nothing when it has no factor. */
export async function methodsOf(executor: Executor, userId: UserId): Promise<FactorMethod[]> {
  const counts = await countFactors(executor, userId)
  const methods: FactorMethod[] = []
  if (counts.passkeys > 0) methods.push('passkey')
  if (counts.totp > 0) methods.push('totp')
  // A recovery code stands in for a factor, and is none by itself.
  if (methods.length > 0 && counts.recovery > 0) methods.push('recovery')
  return methods
}

/** After a right password. The challenge is one of WebAuthn too, so that a passkey can answer it. */
export function beginSecondFactor(core: Core, { userId, passwordHash }: AccountRow): Promise<string> {
  return createChallenge(core, { kind: 'sign-in', userId, data: fingerprint(passwordHash) })
}

/** Reports whether the password of the account is still the one with which the sign-in began. */
export function isSamePassword({ data }: ChallengeRow, { passwordHash }: AccountRow): boolean {
  return data === fingerprint(passwordHash)
}

/** Returns 256 random bits, base64url. Only their hash is stored. */
export async function createChallenge(
  core: Core,
  challenge: ChallengeRow & { kind: 'sign-in' | 'passkey' | 'new-passkey' },
): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const expiresAt = new Date(core.clock.now().getTime() + challengeMs)
  await insertChallenge(core.db.orm, { ...challenge, tokenHash: hashChallenge(token), expiresAt })
  return token
}

export function hashChallenge(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Says of a password that it is another one, and nothing else. */
function fingerprint(passwordHash: string): string {
  return createHash('sha256').update(passwordHash).digest('base64url')
}
