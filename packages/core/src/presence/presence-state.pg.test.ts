import { userIdSchema } from '@deskbell/contract/ids'
import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { silentLogger } from '@deskbell/testkit/silent-logger'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { PresenceState } from './presence-state.ts'
import { defaultPresenceTimings } from './presence-timings.ts'

const timings = { ...defaultPresenceTimings, pollMs: 50, soonMs: 1 }
const clientId = userIdSchema.parse(1)

test.each([
  ['presence_operators', { clientOnline: false, clientSeenAt: null }, null],
  ['presence_of', null, false],
])('[LIVE-15] if %s fails, the other read of the same poll still works', async (failing, client, operators) => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const query = db.pool.query.bind(db.pool)
  let failures = 0
  Reflect.set(db.pool, 'query', (statement: { name?: string }, ...rest: unknown[]) => {
    if (statement.name !== failing) return Reflect.apply(query, null, [statement, ...rest])
    failures += 1
    return Promise.reject(new Error('refused'))
  })
  const state = new PresenceState({ db, log: silentLogger, timings })
  state.start()
  const watches = {
    operators: state.watchOperators(() => undefined),
    client: state.watchClient(clientId, () => undefined),
  }
  await waitFor(() => failures >= 2)
  await state.stop()
  expect([watches.client.current(), watches.operators.current()]).toEqual([client, operators])
})
