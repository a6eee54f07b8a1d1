import type { SetUpInput } from '@deskbell/contract/access/accounts'
import { AppError } from '@deskbell/contract/errors'
import { setupLinkMs } from '@deskbell/contract/limits'
import type { LoginOutput } from '@deskbell/contract/users'
import { lockDeployment } from '@deskbell/db/locks'
import {
  deleteSetupLinks,
  findLink,
  insertAccount,
  insertLink,
  lockAdmins,
  takeLink,
} from '@deskbell/db/queries/users/accounts'
import { upsertUser } from '@deskbell/db/queries/users/users'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import type { Core } from '../../context.ts'
import { insertNewSession, publishEnded } from '../start-session.ts'
import { note } from './audit.ts'
import { type LinkCaller, requireWaiting } from './link-caller.ts'
import { createLinkToken, hashLinkToken } from './link-token.ts'
import { preloadWords, requireStrong } from './password-strength.ts'
import { requirePasswords } from './require-passwords.ts'

/** Returns the token of a link that makes the first admin; null in open mode, and when there is an admin. */
export async function createSetupLink(core: Core): Promise<string | null> {
  if (core.authMode === 'open') return null
  return await inTransaction(core.db, async (tx) => {
    if (await isSetUp(tx)) return null
    const token = createLinkToken()
    const createdAt = core.clock.now()
    const expiresAt = new Date(createdAt.getTime() + setupLinkMs)
    await insertLink(tx, { kind: 'setup', tokenHash: hashOf(token), createdAt, expiresAt })
    preloadWords()
    return token
  })
}

/** Makes the first admin and signs it in. Throws `not_found` without a valid link, and once there is an admin. */
export async function setUp(
  core: Core,
  { token, email, name, password }: SetUpInput,
  caller: LinkCaller,
): Promise<LoginOutput> {
  requirePasswords(core)
  const link = { kind: 'setup', tokenHash: hashOf(token), now: core.clock.now() } as const
  // Hashing is costly, so a stranger without the link does not get as far.
  if ((await findLink(core.db.orm, link)) === undefined) throw new AppError('not_found')
  await requireStrong(password, { email, name })
  const passwordHash = await core.passwords.hash(password)
  const { login, ended } = await inTransaction(core.db, async (tx) => {
    if ((await isSetUp(tx)) || (await takeLink(tx, link)) === undefined) throw new AppError('not_found')
    await deleteSetupLinks(tx)
    const stored = await upsertUser(tx, { email, name, role: 'operator' })
    await insertAccount(tx, { userId: stored.id, access: 'admin', passwordHash })
    await note(core, tx, { actorId: stored.id, action: 'auth.setUp', target: email, address: caller.address })
    requireWaiting(caller)
    return await insertNewSession(core, tx, { user: stored, access: 'admin' })
  })
  publishEnded(core, ended)
  return login
}

/** Of two that set the server up at the same moment, the later one waits and sees the admin of the first. */
async function isSetUp(tx: Tx): Promise<boolean> {
  await lockDeployment(tx)
  return (await lockAdmins(tx)).length > 0
}

function hashOf(token: string): string {
  return hashLinkToken(token) ?? ''
}
