import { createHash, randomInt } from 'node:crypto'
import type { RecoveryCodesOutput } from '@deskbell/contract/access/factors'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'
import { recoveryCodesCount } from '@deskbell/contract/limits'
import { replaceRecoveryCodes, useRecoveryCode as useCode } from '@deskbell/db/queries/users/factors'
import type { Tx } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { methodsOf } from './challenges.ts'
import { changeFactors } from './change-factors.ts'

/** Letters and digits that are told apart on paper. Sixteen of them have 80 random bits, so a plain hash is enough. */
const alphabet = 'abcdefghjkmnpqrstvwxyz0123456789'
const groups = 4
const groupChars = 4

/** Replaces the own recovery codes. Throws `not_found` when there is no factor that they could stand in for. */
export function newRecoveryCodes(
  core: Core,
  actor: Actor,
  { address }: { address: string },
): Promise<RecoveryCodesOutput> {
  return changeFactors(core, actor, {
    ...{ action: 'auth.newRecoveryCodes', address },
    async run(tx, owner) {
      if ((await methodsOf(tx, owner.id)).length === 0) throw new AppError('not_found')
      return { target: owner.name, output: { recoveryCodes: await makeRecoveryCodes(tx, owner.id) } }
    },
  })
}

/** Makes new codes; the earlier ones end. Only their hashes are stored. */
export async function makeRecoveryCodes(tx: Tx, userId: UserId): Promise<string[]> {
  const codes = Array.from({ length: recoveryCodesCount }, createCode)
  await replaceRecoveryCodes(tx, userId, codes.map(hashCode))
  return codes
}

/** Without a factor the codes stand in for nothing. */
export async function forgetUnusedCodes(tx: Tx, userId: UserId): Promise<void> {
  if ((await methodsOf(tx, userId)).length === 0) await replaceRecoveryCodes(tx, userId, [])
}

/** Uses a code up. Throws `invalid_credentials` for a wrong one, and for one that was used or replaced. */
export async function useRecoveryCode(tx: Tx, { userId, code }: { userId: UserId; code: string }): Promise<void> {
  if (!(await useCode(tx, { userId, codeHash: hashCode(code) }))) throw new AppError('invalid_credentials')
}

function createCode(): string {
  const group = () => Array.from({ length: groupChars }, () => alphabet[randomInt(alphabet.length)]).join('')
  return Array.from({ length: groups }, group).join('-')
}

/** Case, hyphens and blanks do not matter. */
function hashCode(code: string): string {
  const plain = code.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  return createHash('sha256').update(plain).digest('hex')
}
