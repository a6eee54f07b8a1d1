import type { ConfirmTotpInput, RecoveryCodesOutput, TotpOutput } from '@deskbell/contract/access/factors'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import {
  confirmTotp as confirmSecret,
  deleteTotp,
  findTotp,
  insertTotp,
  type TotpRow,
  useTotpStep,
} from '@deskbell/db/queries/users/factors'
import { secretPlaces } from '@deskbell/db/queries/users/secrets'
import type { Tx } from '@deskbell/db/transaction'
import { Secret, TOTP } from 'otpauth'
import type { Core } from '../../context.ts'
import { sealIn } from '../../secrets/secrets-key.ts'
import { changeFactors, type Owner } from './change-factors.ts'
import { forgetUnusedCodes, makeRecoveryCodes } from './recovery-codes.ts'

const stepMs = 30_000
/** The clock of a phone may be off by so many steps in each direction. */
const stepsOff = 1

/** The network address of the caller. */
type Called = { address: string }

/**
 * Makes the secret of an authenticator app (RFC 6238: SHA-1, six digits, 30 seconds, as all apps do). It does not count
 * before `confirmTotp`. Throws `invalid_input` when there is a confirmed one.
 */
export function beginTotp(core: Core, actor: Actor, { address }: Called): Promise<TotpOutput> {
  return changeFactors(core, actor, {
    ...{ action: 'auth.beginTotp', address },
    async run(tx, owner) {
      const secret = new Secret().base32
      const place = secretPlaces.totp(owner.id)
      const sealed = await sealIn(tx, core.secrets, { secret, place })
      if (!(await insertTotp(tx, { userId: owner.id, secret: sealed })))
        throw new AppError('invalid_input', { detail: 'There is an authenticator app. Remove it first.' })
      return { target: owner.name, output: { secret, uri: appOf(secret, owner.email).toString() } }
    },
  })
}

/**
 * Makes the secret count after the first right code, which is used up. Returns new recovery codes; the earlier ones end.
 * Throws `not_found` when no secret waits, and `invalid_credentials` for a wrong code.
 */
export function confirmTotp(
  core: Core,
  actor: Actor,
  { code, address }: ConfirmTotpInput & Called,
): Promise<RecoveryCodesOutput> {
  return changeFactors(core, actor, {
    ...{ action: 'auth.confirmTotp', address },
    async run(tx, owner) {
      const stored = await findTotp(tx, owner.id)
      if (stored === undefined || stored.confirmedAt !== null) throw new AppError('not_found')
      const step = stepOf(core, stored, code)
      if (step === null) throw new AppError('invalid_credentials')
      await confirmSecret(tx, { userId: owner.id, confirmedAt: core.clock.now(), step })
      return { target: owner.name, output: { recoveryCodes: await makeRecoveryCodes(tx, owner.id) } }
    },
  })
}

/** Removes the authenticator app. Throws `not_found` without one. */
export function removeTotp(core: Core, actor: Actor, { address }: Called): Promise<void> {
  return changeFactors(core, actor, {
    ...{ action: 'auth.removeTotp', address },
    async run(tx, owner) {
      if (!(await deleteTotp(tx, owner.id))) throw new AppError('not_found')
      await forgetUnusedCodes(tx, owner.id)
      return { target: owner.name, output: undefined }
    },
  })
}

/** Uses a code up. Throws `invalid_credentials` for a wrong one and for one that was used. */
export async function useTotp(core: Core, tx: Tx, { userId, code }: { userId: Owner['id']; code: string }) {
  const stored = await findTotp(tx, userId)
  const step = stored === undefined ? null : stepOf(core, stored, code)
  if (step === null || !(await useTotpStep(tx, { userId, step }))) throw new AppError('invalid_credentials')
}

/** Returns the time step of a code; null for a wrong one. */
function stepOf({ secrets, clock }: Core, { userId, secret }: TotpRow, code: string): number | null {
  const token = code.replaceAll(/\s/g, '')
  // The comparison of the library fails for other letters.
  if (!/^\d{6}$/.test(token)) return null
  const timestamp = clock.now().getTime()
  const app = appOf(secrets.open(secret, secretPlaces.totp(userId)), '')
  const delta = app.validate({ token, timestamp, window: stepsOff })
  return delta === null ? null : Math.floor(timestamp / stepMs) + delta
}

function appOf(secret: string, label: string): TOTP {
  return new TOTP({ issuer: 'Deskbell', label, secret, algorithm: 'SHA1', digits: 6, period: stepMs / 1_000 })
}
