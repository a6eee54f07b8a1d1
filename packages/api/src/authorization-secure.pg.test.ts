import type { Scope } from '@deskbell/contract/access/keys'
import { signInGuest } from '@deskbell/core/auth/sign-in-guest'
import { createKey } from '@deskbell/core/operators/keys/manage-keys'
import { disableOperator } from '@deskbell/core/operators/manage-operators'
import { newMember, setUpAdmin } from '@deskbell/testkit/accounts'
import type { Session } from '@deskbell/testkit/authorization/cast'
import { allWays, type Way } from '@deskbell/testkit/authorization/ways'
import { databaseFingerprint } from '@deskbell/testkit/database/database-fingerprint'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeProcedures, type ProcedureDescription } from './describe-procedures.ts'
import { collectRoutes } from './rest/rest-routes.ts'
import { appRouter } from './router.ts'

/*
 * Who gets past session, role and scope in secure mode: every procedure × every kind of caller × every transport. The
 * input is one that no procedure takes, so whoever gets past them is told `invalid_input`, and nothing is done. What a
 * caller may do with which chat is in `authorization.pg.test.ts`.
 */

const procedures = describeProcedures(appRouter)
const routes = collectRoutes(appRouter)

const callers = ['nobody', 'disabled', 'guest', 'read', 'send', 'manage', 'operator', 'admin'] as const
type Caller = (typeof callers)[number]

/** Those who get past, by the least of them. It repeats on purpose what the router says, and shares no code with it. */
const groups = {
  anybody: callers,
  'who is signed in': ['guest', 'read', 'send', 'manage', 'operator', 'admin'],
  'who writes': ['guest', 'send', 'manage', 'operator', 'admin'],
  people: ['guest', 'operator', 'admin'],
  'operators who read': ['read', 'send', 'manage', 'operator', 'admin'],
  'operators who manage': ['manage', 'operator', 'admin'],
  'operators themselves': ['operator', 'admin'],
  admins: ['admin'],
  'who is in open mode': [],
} as const satisfies Record<string, readonly Caller[]>
type Group = keyof typeof groups

const whoMay: Record<string, Group> = {
  'users.login': 'who is in open mode',
  'users.me': 'who is signed in',
  'users.online': 'operators who read',
  'users.logout': 'people',
  'auth.setUp': 'anybody',
  'auth.signIn': 'anybody',
  'auth.accept': 'anybody',
  'auth.forgotPassword': 'anybody',
  'auth.resetPassword': 'anybody',
  'operators.resetPassword': 'admins',
  'auth.secondFactor': 'anybody',
  'auth.passkeyOptions': 'anybody',
  'auth.passkeySignIn': 'anybody',
  'auth.prove': 'operators themselves',
  'auth.factors': 'operators themselves',
  'auth.beginPasskey': 'operators themselves',
  'auth.addPasskey': 'operators themselves',
  'auth.renamePasskey': 'operators themselves',
  'auth.removePasskey': 'operators themselves',
  'auth.beginTotp': 'operators themselves',
  'auth.confirmTotp': 'operators themselves',
  'auth.removeTotp': 'operators themselves',
  'auth.newRecoveryCodes': 'operators themselves',
  'operators.removeFactors': 'admins',
  'auth.changePassword': 'operators themselves',
  'auth.guest': 'anybody',
  'auth.identify': 'anybody',
  'auth.sessions': 'people',
  'auth.endSession': 'people',
  'operators.list': 'operators who read',
  'operators.invite': 'admins',
  'operators.disable': 'admins',
  'operators.enable': 'admins',
  'operators.setAccess': 'admins',
  'keys.create': 'admins',
  'keys.list': 'admins',
  'keys.delete': 'admins',
  'identityKeys.create': 'admins',
  'identityKeys.list': 'admins',
  'identityKeys.delete': 'admins',
  'audit.list': 'admins',
  'audit.export': 'admins',
  'chats.create': 'who writes',
  'chats.list': 'who is signed in',
  'chats.get': 'who is signed in',
  'chats.close': 'operators who manage',
  'chats.reopen': 'operators who manage',
  'chats.assignOperator': 'operators who manage',
  'chats.release': 'operators who manage',
  'chats.noReply': 'operators who manage',
  'chats.markRead': 'who writes',
  'chats.markDelivered': 'who writes',
  'chats.typing': 'who writes',
  'chats.page': 'who is signed in',
  'chats.events': 'who is signed in',
  'messages.send': 'who writes',
  'messages.sendBatch': 'who writes',
  'messages.list': 'who is signed in',
  'messages.edit': 'who writes',
  'messages.retract': 'who writes',
  'inbox.events': 'who is signed in',
}

const address = '127.0.0.1'

let server: TestServer
let sessions: Record<Caller, Session>
let ways: Way[]

beforeAll(async () => {
  server = await startTestServer({ authMode: 'secure', publicUrl: 'http://127.0.0.1', poolMax: 20 })
  ways = allWays(server, routes)
  const { core } = server
  const admin = await setUpAdmin(core)
  const { actor } = admin
  const key = async (name: Scope) => (await createKey(core, actor, { name, scopes: [name], address })).secret
  const [operator, disabled] = [await newMember(core, admin), await newMember(core, admin)]
  await disableOperator(core, actor, { operatorId: disabled.user.id, address })
  sessions = {
    nobody: sessionOf(undefined),
    disabled: sessionOf(disabled.token, false),
    guest: sessionOf((await signInGuest(core, {}, '203.0.113.7')).token),
    read: sessionOf(await key('read')),
    send: sessionOf(await key('send')),
    manage: sessionOf(await key('manage')),
    operator: sessionOf(operator.token),
    admin: sessionOf(admin.token),
  }
})

afterAll(() => server.close())

function sessionOf(token: string | undefined, canSignIn = token !== undefined): Session {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return { token, headers, upgradePath: canSignIn ? '/' : '/?connectionParams=1', canSignIn }
}

function outcomeFor(caller: Caller, { name }: ProcedureDescription, way: Way): string {
  const isSignedOut = caller === 'nobody' || caller === 'disabled'
  const group = whoMay[name] ?? 'admins'
  const allowed: readonly Caller[] = groups[group]
  if (isSignedOut && way.needsSession) return 'unauthenticated'
  if (isSignedOut && group !== 'who is in open mode' && !allowed.includes(caller)) return 'unauthenticated'
  return allowed.includes(caller) ? 'invalid_input' : 'forbidden'
}

it('[SEC-1] every procedure says who may call it in secure mode', () => {
  expect(Object.keys(whoMay).sort()).toEqual(procedures.map(({ name }) => name).sort())
})

it.each(procedures)('[SEC-1] [KEY-2] [ACC-14] N11 N13 N15: $name', async (procedure) => {
  const fields = routes.find((route) => route.procedure === procedure.name)?.pathFields ?? []
  const input = { ...Object.fromEntries(fields.map(({ field }) => [field, 1])), unfit: 1 }
  const before = await databaseFingerprint(server.db)
  const found: string[] = []
  const expected: string[] = []
  for (const way of ways.filter((each) => each.has(procedure))) {
    for (const caller of callers) {
      const [answer] = await way.call(sessions[caller], procedure, [input])
      found.push(`${caller} by ${way.name}: ${answer?.outcome}`)
      expected.push(`${caller} by ${way.name}: ${outcomeFor(caller, procedure, way)}`)
    }
  }
  expect(found).toEqual(expected)
  expect(expected.length).toBeGreaterThan(0)
  expect(await databaseFingerprint(server.db)).toBe(before)
})
