import type { FactorMethod } from '@deskbell/contract/access/factors'
import { AppError } from '@deskbell/contract/errors'
import type { UserRow } from '@deskbell/db/queries/users/users'
import type { Tx } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import type { Site } from './change-factors.ts'
import { usePasskey } from './passkeys.ts'
import { useRecoveryCode } from './recovery-codes.ts'
import { useTotp } from './totp.ts'
import { parseAssertion } from './web-authn.ts'

export type FactorUse = {
  /** Whose row is locked. */
  owner: UserRow
  method: FactorMethod
  code: string
  site: Site
  /** The challenge that an assertion must answer. Null: its own, which the caller has used up. */
  challenge: string | null
}

/** Compares a code with the factors of an operator and uses it up. Throws `invalid_credentials` for a wrong one. */
export async function useFactor(
  core: Core,
  tx: Tx,
  { owner, method, code, site, challenge }: FactorUse,
): Promise<void> {
  if (method === 'totp') return useTotp(core, tx, { userId: owner.id, code })
  if (method === 'recovery') return useRecoveryCode(tx, { userId: owner.id, code })
  const assertion = parseAssertion(code)
  if (challenge !== null && assertion.challenge !== challenge) throw new AppError('invalid_credentials')
  return usePasskey(core, tx, { owner, assertion, site })
}
