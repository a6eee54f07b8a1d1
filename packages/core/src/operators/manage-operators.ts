import type {
  Operator,
  OperatorInput,
  OperatorOutput,
  OperatorsOutput,
  SetAccessInput,
} from '@deskbell/contract/access/accounts'
import type { AuditAction } from '@deskbell/contract/access/audit'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'
import {
  type AccountRow,
  deleteSessionsOf,
  findAccount,
  findOperator,
  listOperators as findOperators,
  type OperatorRow,
  updateAccount,
} from '@deskbell/db/queries/users/accounts'
import { inTransaction, type Tx } from '@deskbell/db/transaction'
import { note } from '../auth/accounts/audit.ts'
import { requireAdmin, requireSecure } from '../auth/accounts/require-secure.ts'
import { returnChats } from '../chats/changes/return-chats.ts'
import type { Core } from '../context.ts'
import { requireOperator } from '../domain/chat-policy.ts'
import { accessOf, avatarUrlOf } from '../domain/user-view.ts'

/** All operators by name. Who is no admin sees neither addresses nor who is disabled. */
export async function listOperators(core: Core, actor: Actor): Promise<OperatorsOutput> {
  requireOperator(actor)
  const rows = await findOperators(core.db.orm)
  const shown = rows.filter((row) => accessTo(core, row) !== null)
  const items = shown.map((row) => operatorView(core, actor, row))
  return { items: actor.access === 'admin' ? items : items.filter(({ disabled }) => !disabled) }
}

/**
 * Disables an operator: its sessions end, nobody signs in as it, and its open chats return to the queue. A call that
 * failed half-way is completed by the next one. Throws `last_admin`, `forbidden` for who is no admin, and `not_found`.
 */
export async function disableOperator(
  core: Core,
  actor: Actor,
  { operatorId, address }: OperatorInput & Called,
): Promise<OperatorOutput> {
  const output = await change(core, actor, {
    ...{ operatorId, address, action: 'operators.disable' },
    endsAdmin: true,
    differs: ({ disabledAt }) => disabledAt === null,
    values: { disabledAt: core.clock.now() },
  })
  await returnChats(core, actor, operatorId)
  return output
}

/** Lets a disabled operator sign in again. */
export function enableOperator(
  core: Core,
  actor: Actor,
  { operatorId, address }: OperatorInput & Called,
): Promise<OperatorOutput> {
  return change(core, actor, {
    ...{ operatorId, address, action: 'operators.enable' },
    endsAdmin: false,
    differs: ({ disabledAt }) => disabledAt !== null,
    values: { disabledAt: null },
  })
}

/** Changes what an operator may do, and ends its sessions: it signs in anew with the new access. */
export function setAccess(
  core: Core,
  actor: Actor,
  { operatorId, access, address }: SetAccessInput & Called,
): Promise<OperatorOutput> {
  return change(core, actor, {
    ...{ operatorId, address, action: 'operators.setAccess' },
    endsAdmin: access !== 'admin',
    differs: (account) => account.access !== access,
    values: { access },
  })
}

/** The network address of the caller. */
type Called = { address: string }

type AccountChange = Called & {
  operatorId: UserId
  action: AuditAction
  /** After it the operator is no admin who can sign in. */
  endsAdmin: boolean
  /** False when the change would change nothing. */
  differs: (account: AccountRow) => boolean
  values: Parameters<typeof updateAccount>[2]
}

async function change(core: Core, actor: Actor, asked: AccountChange): Promise<OperatorOutput> {
  requireSecure(core)
  const { row, ended } = await inTransaction(core.db, (tx) => changeUnderLock(core, tx, { actor, ...asked }))
  for (const sessionId of ended) core.bus.publish({ t: 'session', sessionId })
  return { operator: operatorView(core, actor, row) }
}

async function changeUnderLock(
  core: Core,
  tx: Tx,
  { actor, operatorId, action, address, endsAdmin, differs, values }: AccountChange & { actor: Actor },
): Promise<{ row: OperatorRow; ended: number[] }> {
  const admins = await requireAdmin(core, tx, actor)
  const account = await findAccount(tx, operatorId)
  if (account === undefined) throw new AppError('not_found')
  const row = await findOperator(tx, operatorId)
  if (row === undefined) throw new AppError('not_found')
  if (!differs(account)) return { row, ended: [] }
  const left = admins.filter(({ userId, disabledAt }) => disabledAt === null && userId !== operatorId)
  if (endsAdmin && left.length === 0) throw new AppError('last_admin')
  await updateAccount(tx, operatorId, values)
  await note(core, tx, { actorId: actor.userId, action, target: row.name, address })
  const ended = await deleteSessionsOf(tx, operatorId)
  return { row: { ...row, ...values }, ended }
}

/** An operator, as the actor may see it. */
export function operatorView(core: Core, actor: Actor, row: OperatorRow): Operator {
  const { id, name, avatarId, email, disabledAt, seenAt } = row
  return {
    id,
    name,
    email: actor.access === 'admin' ? email : null,
    avatarUrl: avatarUrlOf(id, avatarId),
    access: accessTo(core, row) ?? 'operator',
    disabled: disabledAt !== null,
    lastSeenAt: seenAt?.toISOString() ?? null,
  }
}

/** Null for an operator of open mode, who has no account in secure mode. */
function accessTo({ authMode }: Core, { access }: OperatorRow) {
  return accessOf(authMode, { role: 'operator', access })
}
