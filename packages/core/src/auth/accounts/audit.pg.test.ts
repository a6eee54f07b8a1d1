import type { AuditEntry, AuditFilter } from '@deskbell/contract/access/audit'
import { actorOf, accountAddress as address, type Member, newMember, setUpAdmin } from '@deskbell/testkit/accounts'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toAppError } from '../../app-error.ts'
import type { Core } from '../../context.ts'
import { disableOperator, enableOperator, setAccess } from '../../operators/manage-operators.ts'
import { beginAuditExport, listAudit } from './audit.ts'

const day = (nth: number) => `2030-01-0${nth}T12:00:00.000Z`
let now = new Date(day(1))
let fresh: FreshCore
let core: Core
let admin: Member
let ada: Member
beforeAll(async () => {
  fresh = await freshCore({ authMode: 'secure', clock: { now: () => now } })
  core = fresh.core
  admin = await setUpAdmin(core)
  ada = await newMember(core, admin, { access: 'admin' })
  const bob = { operatorId: (await newMember(core, admin)).user.id, address }
  now = new Date(day(2))
  await disableOperator(core, ada.actor, bob)
  now = new Date(day(3))
  await enableOperator(core, admin.actor, bob)
  now = new Date(day(4))
  await disableOperator(core, admin.actor, bob)
})
afterAll(() => fresh.drop())

const code = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: unknown) => toAppError(error).code,
  )

/** Reads every page of two entries. */
async function readAll(filter: AuditFilter & { cursor?: string }): Promise<AuditEntry[]> {
  const { items, nextCursor } = await listAudit(core, admin.actor, { ...filter, limit: 2 })
  return nextCursor === null ? items : [...items, ...(await readAll({ ...filter, cursor: nextCursor }))]
}

const shown = (entries: AuditEntry[]) => entries.map(({ at, action, actor }) => [at, action, actor?.id])

test('[ACC-20] the log is filtered by who, by what and by time, and each page by all of them', async () => {
  const [grace, other] = [admin.user.id, ada.user.id]
  const disabled = [
    [day(4), 'operators.disable', grace],
    [day(2), 'operators.disable', other],
  ]
  expect(shown(await readAll({ action: 'operators.disable' }))).toEqual(disabled)
  expect(shown(await readAll({ action: 'operators.disable', actorId: other }))).toEqual(disabled.slice(1))
  expect(shown(await readAll({ actorId: other })).map(([, action]) => action)).toEqual([
    'operators.disable',
    'auth.accept',
  ])
  const since = await readAll({ from: day(2) })
  expect(shown(since).map(([at]) => at)).toEqual([day(4), day(3), day(2)])
  expect(await readAll({ from: day(2), to: day(4) })).toEqual(since.slice(1))
  expect(await readAll({ from: day(2), to: day(4), actorId: grace })).toEqual(since.slice(1, 2))
  expect(await readAll({ action: 'keys.create' })).toEqual([])
  expect(await readAll({ from: day(1), to: day(1) })).toEqual([])
  expect(await readAll({ from: '0000-01-01T00:00:00Z', to: '9999-12-31T23:59:59.999Z' })).toEqual(await readAll({}))
})

test('[ACC-21] an export is in the log with its format and filter, and begins before its own entry', async () => {
  const before = await readAll({})
  const filter = { action: 'operators.enable', from: day(2) } as const
  const { cursor } = await beginAuditExport(core, admin.actor, { ...filter, format: 'csv', address })
  await beginAuditExport(core, admin.actor, { format: 'jsonl', address })
  expect(await readAll({ cursor })).toEqual(before)
  const [second, first] = await readAll({ action: 'audit.export' })
  const target = `csv action=operators.enable from=${day(2)}`
  expect(first).toMatchObject({ id: Number(cursor), actor: { id: admin.user.id }, target, address })
  expect(second).toMatchObject({ target: 'jsonl' })
})

test('[ACC-21] N15: who is no admin, or is none any more, reads and exports nothing', async () => {
  const eve = await newMember(core, admin, { access: 'admin' })
  const { actor } = eve
  await setAccess(core, admin.actor, { operatorId: eve.user.id, access: 'operator', address })
  const operator = await actorOf(core, await newMember(core, admin))
  const entries = await readAll({})
  expect(await code(beginAuditExport(core, actor, { format: 'csv', address }))).toBe('unauthenticated')
  expect(await code(beginAuditExport(core, operator, { format: 'csv', address }))).toBe('forbidden')
  expect(await code(beginAuditExport(core, { ...operator, access: 'admin' }, { format: 'csv', address }))).toBe(
    'forbidden',
  )
  expect(await code(listAudit(core, operator, { limit: 1 }))).toBe('forbidden')
  expect(await readAll({})).toEqual(entries)
})
