import type { Hint } from '@deskbell/bus/bus'
import { newClient, newOperator } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toAppError } from '../../app-error.ts'
import { listAudit } from '../../auth/accounts/audit.ts'
import { authenticate } from '../../auth/authenticate.ts'
import type { Core } from '../../context.ts'
import { createKey, deleteKey, listKeys } from './manage-keys.ts'

const here = { address: '203.0.113.7' }
let fresh: FreshCore
let core: Core
beforeAll(async () => {
  fresh = await freshCore()
  core = fresh.core
})
afterAll(() => fresh.drop())

const code = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: unknown) => toAppError(error).code,
  )

test('[KEY-1] [KEY-2] a key is an operator of its name, with its scopes, and no admin', async () => {
  const admin = await newOperator(core)
  const { key, secret } = await createKey(core, admin, { name: 'Shop', scopes: ['send', 'send'], ...here })
  expect(secret).toMatch(/^dbk_[\w-]{43}$/)
  expect(key).toMatchObject({ name: 'Shop', scopes: ['send'], lastUsedAt: null })
  const actor = await authenticate(core, secret)
  expect(actor).toMatchObject({ role: 'operator', name: 'Shop', access: 'operator', scopes: ['send'] })
  const { rows } = await fresh.db.pool.query('select token_hash from sessions')
  expect(JSON.stringify(rows)).not.toContain(secret.slice(4))
})

test('[KEY-3] a deleted key ends at once, and its sockets are told', async () => {
  const admin = await newOperator(core)
  const { key, secret } = await createKey(core, admin, { name: 'Gone', scopes: ['read'], ...here })
  const actor = await authenticate(core, secret)
  const hints: Hint[] = []
  const unsubscribe = core.bus.subscribe((hint) => hints.push(hint))
  await deleteKey(core, admin, { keyId: key.id, ...here })
  unsubscribe()
  expect(hints).toEqual([{ t: 'session', sessionId: actor?.sessionId }])
  expect(await authenticate(core, secret)).toBeNull()
  expect(await code(deleteKey(core, admin, { keyId: key.id, ...here }))).toBe('not_found')
  expect((await listKeys(core)).items.map(({ name }) => name)).not.toContain('Gone')
})

test('[KEY-4] only admins make and delete keys, and both are in the audit log without the secret', async () => {
  const admin = await newOperator(core)
  const { key, secret } = await createKey(core, admin, { name: 'Noted', scopes: ['manage'], ...here })
  const actor = await authenticate(core, secret)
  if (actor === null) throw new Error('A fresh key was not accepted.')
  for (const other of [actor, await newClient(core)])
    expect(await code(createKey(core, other, { name: 'More', scopes: ['read'], ...here }))).toBe('forbidden')
  expect(await code(deleteKey(core, actor, { keyId: key.id, ...here }))).toBe('forbidden')
  await deleteKey(core, admin, { keyId: key.id, ...here })
  const { items } = await listAudit(core, admin, { limit: 2 })
  expect(items.map(({ action, target }) => [action, target])).toEqual([
    ['keys.delete', 'Noted'],
    ['keys.create', 'Noted'],
  ])
  expect(JSON.stringify(items)).not.toContain(secret)
})

test('[KEY-5] a key of open mode is void in secure mode', async () => {
  const admin = await newOperator(core)
  const { secret } = await createKey(core, admin, { name: 'Open', scopes: ['read'], ...here })
  expect(await authenticate({ ...core, authMode: 'secure' }, secret)).toBeNull()
})
