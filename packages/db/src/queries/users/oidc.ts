import type { UserId } from '@deskbell/contract/ids'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import { accounts, links } from '../../schema/accounts.ts'
import { challenges, oidcAccounts } from '../../schema/second-factors.ts'
import { sessions } from '../../schema/sessions.ts'
import { users } from '../../schema/users.ts'
import type { Executor, Tx } from '../../transaction.ts'
import { type LinkRow, linkFields } from './accounts.ts'
import { type UserRow, userFields } from './users.ts'

/** A sign-in at an identity provider that waits: for the browser to come back, or for the owner of the account. */
export type OidcChallengeKind = 'oidc' | 'oidcLink'

export async function insertOidcChallenge(
  executor: Executor,
  challenge: { tokenHash: string; expiresAt: Date } & (
    | { kind: 'oidc'; data: OidcSignInData }
    | { kind: 'oidcLink'; userId: UserId; data: OidcLinkData }
  ),
): Promise<void> {
  await executor.insert(challenges).values(challenge)
}

type OidcToken = { tokenHash: string; now: Date }

/** What a sign-in is compared with when the browser comes back. */
export type OidcSignInData = { issuer: string; state: string; nonce: string; verifier: string }
/** An account at a provider, and the address that the provider vouches for. `begunAt`: ISO 8601. */
export type OidcLinkData = { issuer: string; subject: string; email: string; begunAt: string }

/** Uses a sign-in up, if it has this state. One with another state stays: it belongs to another tab, or to nobody. */
export async function takeOidcSignIn(
  executor: Executor,
  { tokenHash, now, state }: OidcToken & { state: string },
): Promise<OidcSignInData | undefined> {
  const hasState = sql`${challenges.data} ->> 'state' = ${state}`
  const rows = await executor
    .delete(challenges)
    .where(and(isChallenge('oidc', { tokenHash, now }), hasState))
    .returning({ data: sql<OidcSignInData>`${challenges.data}` })
  return rows[0]?.data
}

/** Uses up what waits for this user to confirm it. */
export async function takeOidcLink(
  tx: Tx,
  { tokenHash, now, userId }: OidcToken & { userId: UserId },
): Promise<OidcLinkData | undefined> {
  const rows = await tx
    .delete(challenges)
    .where(and(isChallenge('oidcLink', { tokenHash, now }), eq(challenges.userId, userId)))
    .returning({ data: sql<OidcLinkData>`${challenges.data}` })
  return rows[0]?.data
}

function isChallenge(kind: OidcChallengeKind, { tokenHash, now }: OidcToken) {
  return and(eq(challenges.kind, kind), eq(challenges.tokenHash, tokenHash), gt(challenges.expiresAt, now))
}

/** An account at an identity provider. */
export type OidcAccountKey = { issuer: string; subject: string }

/** Returns the operator who signs in with this account. */
export async function findOidcUser(executor: Executor, key: OidcAccountKey): Promise<UserRow | undefined> {
  const rows = await executor
    .select(userFields)
    .from(oidcAccounts)
    .innerJoin(users, eq(users.id, oidcAccounts.userId))
    .where(and(eq(oidcAccounts.issuer, key.issuer), eq(oidcAccounts.subject, key.subject)))
  return rows[0]
}

/** Returns false if the account belongs to somebody already. */
export async function insertOidcAccount(
  tx: Tx,
  account: OidcAccountKey & { userId: UserId; createdAt: Date },
): Promise<boolean> {
  const { rowCount } = await tx.insert(oidcAccounts).values(account).onConflictDoNothing()
  return rowCount === 1
}

/** Uses up the invitation of an address. */
export async function takeInvitation(
  tx: Tx,
  { email, now }: { email: string; now: Date },
): Promise<LinkRow | undefined> {
  const rows = await tx
    .delete(links)
    .where(and(eq(links.kind, 'invitation'), eq(links.email, email), gt(links.expiresAt, now)))
    .returning(linkFields)
  return rows[0]
}

/** Returns when a session last had a proof of who its user is. */
export async function findSessionProof(executor: Executor, sessionId: number): Promise<Date | undefined> {
  const { createdAt, provedAt } = sessions
  const rows = await executor.select({ createdAt, provedAt }).from(sessions).where(eq(sessions.id, sessionId))
  return rows[0]?.provedAt ?? rows[0]?.createdAt
}

/** Returns the admins who are not disabled, with the issuer of each account that they have at a provider. */
export async function listOidcAdmins(executor: Executor): Promise<{ email: string | null; issuer: string }[]> {
  return await executor
    .select({ email: users.email, issuer: oidcAccounts.issuer })
    .from(oidcAccounts)
    .innerJoin(users, eq(users.id, oidcAccounts.userId))
    .innerJoin(accounts, eq(accounts.userId, users.id))
    .where(and(eq(accounts.access, 'admin'), isNull(accounts.disabledAt)))
}
