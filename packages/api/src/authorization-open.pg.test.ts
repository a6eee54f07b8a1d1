import { login } from '@deskbell/core/auth/login'
import { allWays } from '@deskbell/testkit/authorization/ways'
import { databaseFingerprint } from '@deskbell/testkit/database/database-fingerprint'
import { startTestServer } from '@deskbell/testkit/test-server'
import { expect, it } from 'vitest'
import { describeProcedures } from './describe-procedures.ts'
import { collectRoutes } from './rest/rest-routes.ts'
import { appRouter } from './router.ts'

/** Nothing else of accounts works in open mode. */
const ofBothModes = ['auth.guest', 'auth.identify', 'auth.sessions', 'auth.endSession']
const ofOperators = ['invite', 'disable', 'enable', 'setAccess', 'resetPassword', 'removeFactors']

it('[ACC-7] in open mode a call of accounts is forbidden to everybody, whatever its input and transport', async () => {
  await using server = await startTestServer()
  const routes = collectRoutes(appRouter)
  const { token } = await login(server.core, { email: 'ann@example.test', name: 'Ann', role: 'operator' })
  const session = { token, headers: { authorization: `Bearer ${token}` }, upgradePath: '/', canSignIn: true }
  const before = await databaseFingerprint(server.db)
  const outcomes = new Map<string, Set<string>>()
  for (const procedure of describeProcedures(appRouter)) {
    const fields = routes.find((route) => route.procedure === procedure.name)?.pathFields ?? []
    const input = { ...Object.fromEntries(fields.map(({ field }) => [field, 1])), unfit: 1 }
    const found = new Set<string>()
    for (const way of allWays(server, routes).filter((each) => each.has(procedure))) {
      const [answer] = await way.call(session, procedure, [input])
      found.add(answer?.outcome ?? 'none')
    }
    outcomes.set(procedure.name, found)
  }
  const forbidden = [...outcomes].filter(([, found]) => found.has('forbidden'))
  expect(forbidden.map(([name]) => name).sort()).toEqual(
    [...outcomes.keys()]
      .filter((name) => name.startsWith('auth.') && !ofBothModes.includes(name))
      .concat(ofOperators.map((name) => `operators.${name}`))
      .sort(),
  )
  for (const [name, found] of forbidden) expect([...found], name).toEqual(['forbidden'])
  expect(await databaseFingerprint(server.db)).toBe(before)
})
