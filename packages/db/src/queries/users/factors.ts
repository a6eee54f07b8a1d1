import type { UserId } from '@deskbell/contract/ids'
import { and, asc, eq, gt, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import { accounts } from '../../schema/accounts.ts'
import { challenges, passkeys, recoveryCodes, totpSecrets } from '../../schema/second-factors.ts'
import { sessions } from '../../schema/sessions.ts'
import { users } from '../../schema/users.ts'
import type { Executor, Tx } from '../../transaction.ts'
import { type AccountRow, accountFields } from './accounts.ts'
import type { SessionAuthMode } from './sessions.ts'
import { type UserRow, userFields } from './users.ts'

/** `sign-in`: waits for its second factor. `passkey`: for an assertion. `new-passkey`: for a credential. */
export type ChallengeKind = 'sign-in' | 'passkey' | 'new-passkey'
/** `data` is what the answer is compared with. */
export type ChallengeRow = { userId: UserId | null; data: unknown }
type ChallengeToken = { tokenHash: string; kind: ChallengeKind; now: Date }

export async function insertChallenge(
  executor: Executor,
  challenge: ChallengeRow & { tokenHash: string; kind: ChallengeKind; expiresAt: Date },
): Promise<void> {
  await executor.insert(challenges).values(challenge)
}

const isChallenge = ({ tokenHash, kind, now }: ChallengeToken) =>
  and(eq(challenges.tokenHash, tokenHash), eq(challenges.kind, kind), gt(challenges.expiresAt, now))

const challengeFields = { userId: challenges.userId, data: challenges.data }

export async function findChallenge(executor: Executor, token: ChallengeToken): Promise<ChallengeRow | undefined> {
  const rows = await executor.select(challengeFields).from(challenges).where(isChallenge(token))
  return rows[0]
}

/** Counts a try, and returns the challenge unless it had `most` already. Of many at once no more than `most` get it. */
export async function countChallengeTry(
  executor: Executor,
  token: ChallengeToken & { most: number },
): Promise<ChallengeRow | undefined> {
  const rows = await executor
    .update(challenges)
    .set({ tries: sql`${challenges.tries} + 1` })
    .where(and(isChallenge(token), lt(challenges.tries, token.most)))
    .returning(challengeFields)
  return rows[0]
}

/** Uses a challenge up. Of several calls with the same token one gets it. */
export async function takeChallenge(executor: Executor, token: ChallengeToken): Promise<ChallengeRow | undefined> {
  const rows = await executor.delete(challenges).where(isChallenge(token)).returning(challengeFields)
  return rows[0]
}

/** Locks a user until the transaction ends, as a sign-in does, so that factors do not change under it. */
export async function lockUser(tx: Tx, userId: UserId): Promise<UserRow | undefined> {
  const rows = await tx.select(userFields).from(users).where(eq(users.id, userId)).for('no key update')
  return rows[0]
}

/** An operator with its account. */
export type OwnerRow = { user: UserRow; account: AccountRow }

export async function findOwner(executor: Executor, userId: UserId): Promise<OwnerRow | undefined> {
  const rows = await executor
    .select({ user: userFields, account: accountFields })
    .from(users)
    .innerJoin(accounts, eq(accounts.userId, users.id))
    .where(eq(users.id, userId))
  return rows[0]
}

/** Returns the operator whose passkey has this id. */
export async function findPasskeyOwner(executor: Executor, passkeyId: string): Promise<OwnerRow | undefined> {
  const rows = await executor
    .select({ user: userFields, account: accountFields })
    .from(passkeys)
    .innerJoin(users, eq(users.id, passkeys.userId))
    .innerJoin(accounts, eq(accounts.userId, users.id))
    .where(eq(passkeys.id, passkeyId))
  return rows[0]
}

export type PasskeyRow = typeof passkeys.$inferSelect
type OwnPasskey = { id: string; userId: UserId }

const isOwnPasskey = ({ id, userId }: OwnPasskey) => and(eq(passkeys.id, id), eq(passkeys.userId, userId))

/** Oldest first. */
export async function listPasskeys(executor: Executor, userId: UserId): Promise<PasskeyRow[]> {
  return executor
    .select()
    .from(passkeys)
    .where(eq(passkeys.userId, userId))
    .orderBy(asc(passkeys.createdAt), asc(passkeys.id))
}

export async function findPasskey(tx: Tx, own: OwnPasskey): Promise<PasskeyRow | undefined> {
  const rows = await tx.select().from(passkeys).where(isOwnPasskey(own))
  return rows[0]
}

/** Inserts a passkey. Returns false if there is one with its id. */
export async function insertPasskey(tx: Tx, passkey: PasskeyRow): Promise<boolean> {
  const { rowCount } = await tx.insert(passkeys).values(passkey).onConflictDoNothing()
  return rowCount === 1
}

export async function notePasskeyUse(
  tx: Tx,
  { id, counter, usedAt }: { id: string; counter: number; usedAt: Date },
): Promise<void> {
  await tx.update(passkeys).set({ counter, usedAt }).where(eq(passkeys.id, id))
}

/** Renames a passkey and returns it; undefined when the user has none with this id. */
export async function renamePasskey(
  tx: Tx,
  { name, ...own }: OwnPasskey & { name: string },
): Promise<PasskeyRow | undefined> {
  const rows = await tx.update(passkeys).set({ name }).where(isOwnPasskey(own)).returning()
  return rows[0]
}

/** Deletes a passkey and returns it; undefined when the user has none with this id. */
export async function deletePasskey(tx: Tx, own: OwnPasskey): Promise<PasskeyRow | undefined> {
  const rows = await tx.delete(passkeys).where(isOwnPasskey(own)).returning()
  return rows[0]
}

export type TotpRow = typeof totpSecrets.$inferSelect

export async function findTotp(executor: Executor, userId: UserId): Promise<TotpRow | undefined> {
  const rows = await executor.select().from(totpSecrets).where(eq(totpSecrets.userId, userId))
  return rows[0]
}

/** Replaces a secret that was not confirmed. Returns false if there is a confirmed one. */
export async function insertTotp(tx: Tx, { userId, secret }: { userId: UserId; secret: string }): Promise<boolean> {
  const { rowCount } = await tx
    .insert(totpSecrets)
    .values({ userId, secret })
    .onConflictDoUpdate({
      target: totpSecrets.userId,
      set: { secret, lastStep: 0 },
      setWhere: isNull(totpSecrets.confirmedAt),
    })
  return rowCount === 1
}

/** Makes the secret count. `step`: of the code that confirmed it. */
export async function confirmTotp(
  tx: Tx,
  { userId, confirmedAt, step }: { userId: UserId; confirmedAt: Date; step: number },
): Promise<void> {
  await tx.update(totpSecrets).set({ confirmedAt, lastStep: step }).where(eq(totpSecrets.userId, userId))
}

/** Uses the code of a time step up. Returns false if it, or a later one, was used before. */
export async function useTotpStep(tx: Tx, { userId, step }: { userId: UserId; step: number }): Promise<boolean> {
  const { rowCount } = await tx
    .update(totpSecrets)
    .set({ lastStep: step })
    .where(and(eq(totpSecrets.userId, userId), isNotNull(totpSecrets.confirmedAt), lt(totpSecrets.lastStep, step)))
  return rowCount === 1
}

export async function deleteTotp(tx: Tx, userId: UserId): Promise<boolean> {
  const { rowCount } = await tx.delete(totpSecrets).where(eq(totpSecrets.userId, userId))
  return rowCount === 1
}

/** Replaces all recovery codes of a user; without new ones it has none. */
export async function replaceRecoveryCodes(tx: Tx, userId: UserId, codeHashes: readonly string[]): Promise<void> {
  await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId))
  if (codeHashes.length > 0) await tx.insert(recoveryCodes).values(codeHashes.map((codeHash) => ({ userId, codeHash })))
}

/** Uses a code up. Returns false if there is no such code, or not any more. */
export async function useRecoveryCode(tx: Tx, code: { userId: UserId; codeHash: string }): Promise<boolean> {
  const { rowCount } = await tx
    .delete(recoveryCodes)
    .where(and(eq(recoveryCodes.userId, code.userId), eq(recoveryCodes.codeHash, code.codeHash)))
  return rowCount === 1
}

/** What a user may use as a second factor. `totp`: with a confirmed secret. */
export type FactorCounts = { passkeys: number; totp: number; recovery: number }

export async function countFactors(executor: Executor, userId: UserId): Promise<FactorCounts> {
  const [row] = await executor
    .select({
      passkeys: executor.$count(passkeys, eq(passkeys.userId, userId)),
      totp: executor.$count(totpSecrets, and(eq(totpSecrets.userId, userId), isNotNull(totpSecrets.confirmedAt))),
      recovery: executor.$count(recoveryCodes, eq(recoveryCodes.userId, userId)),
    })
    .from(users)
    .where(eq(users.id, userId))
  return row ?? { passkeys: 0, totp: 0, recovery: 0 }
}

/** Deletes all factors of a user. Returns false if it has none. */
export async function deleteFactors(tx: Tx, userId: UserId): Promise<boolean> {
  const keys = await tx.delete(passkeys).where(eq(passkeys.userId, userId))
  const apps = await tx.delete(totpSecrets).where(eq(totpSecrets.userId, userId))
  const codes = await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId))
  return [keys, apps, codes].some(({ rowCount }) => (rowCount ?? 0) > 0)
}

/** A session that is valid now. */
type ValidSession = { sessionId: number; authMode: SessionAuthMode; now: Date }

const isValidSession = ({ sessionId, authMode, now }: ValidSession) =>
  and(eq(sessions.id, sessionId), eq(sessions.authMode, authMode), gt(sessions.expiresAt, now))

/** Returns when the user last proved who it is in this session; undefined when the session has ended. */
export async function findProof(
  executor: Executor,
  session: ValidSession,
): Promise<{ provedAt: Date | null } | undefined> {
  const rows = await executor.select({ provedAt: sessions.provedAt }).from(sessions).where(isValidSession(session))
  return rows[0]
}

/** Notes a proof of now. Returns false when the session has ended. */
export async function noteProof(tx: Tx, session: ValidSession): Promise<boolean> {
  const { rowCount } = await tx.update(sessions).set({ provedAt: session.now }).where(isValidSession(session))
  return rowCount === 1
}
