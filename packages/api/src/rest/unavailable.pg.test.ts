import { unavailableMs } from '@deskbell/contract/limits'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { createRestProbe } from '@deskbell/testkit/probes/rest-probe'
import { startTestServer } from '@deskbell/testkit/test-server'
import { timed } from '@deskbell/testkit/timed'
import { describe, expect, it } from 'vitest'
import { appRouter } from '../router.ts'
import { inputExamples } from './openapi/openapi-examples.ts'
import { collectRoutes } from './rest-routes.ts'

/** With all paths, these are more concurrent calls than the pool has connections, so that some wait for one. */
const callsEach = 2
const withoutDatabase = [
  ...['auth.setUp', 'auth.signIn', 'auth.accept', 'auth.forgotPassword', 'auth.resetPassword'],
  ...['auth.secondFactor', 'auth.passkeyOptions', 'auth.passkeySignIn'],
  // The key of an example is unknown, and the table of keys is not locked.
  'auth.identify',
]

describe('while the tables of the database are locked', () => {
  it(
    '[HTTP-6] every path returns 503 with Retry-After within three seconds, and works when they are unlocked',
    timed,
    async () => {
      await using server = await startTestServer({ poolMax: 10 })
      const rest = await createRestProbe(server.url)
      const { token } = await signInByRest(server.url, 'operator')
      // Calls of accounts are refused in open mode without asking the database.
      const asking = collectRoutes(appRouter).filter(({ procedure }) => !withoutDatabase.includes(procedure))
      const routes = asking.flatMap((route) => Array<typeof route>(callsEach).fill(route))

      const frozen = await server.db.pool.connect()
      await frozen.query('begin')
      await frozen.query('lock table users, sessions, chats, messages in access exclusive mode')
      const answers = await Promise.all(
        routes.map(async ({ method, path, procedure }) => {
          const began = performance.now()
          const body = method === 'POST' ? (inputExamples[procedure] ?? {}) : undefined
          const answer = await rest.call(method, path.replace('{id}', '1'), { token, body })
          return { procedure, answer, tookMs: performance.now() - began }
        }),
      )
      await frozen.query('rollback')
      frozen.release()

      for (const { procedure, answer, tookMs } of answers) {
        expect(answer, procedure).toMatchObject({ status: 503, code: 'unavailable' })
        expect(Number(answer.headers.get('retry-after')), procedure).toBeGreaterThan(0)
        // The extra time is for a busy machine. The deadline itself is 200 ms before the promised time.
        expect(tookMs, procedure).toBeLessThan(unavailableMs + 500)
      }
      expect(await rest.call('GET', '/users/me', { token })).toMatchObject({ status: 200 })
    },
  )
})
