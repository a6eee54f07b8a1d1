/**
 * Measures the processor time of this process for one check of a session, alone and while many are asked at once:
 *
 *   node packages/testkit/src/probes/measure-session-check.ts
 */

import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import { authenticate } from '@deskbell/core/auth/authenticate'
import { createCore } from '@deskbell/core/create-core'
import { openDatabase } from '@deskbell/db/database'
import { startOwnPostgres } from '../database/own-postgres.ts'
import { signIn } from '../factories.ts'
import { testSecrets } from '../fresh-core.ts'
import { silentLogger } from '../silent-logger.ts'
import { testFiles } from '../test-files.ts'

const users = 64
const rounds = 200

await using postgres = await startOwnPostgres()
const db = openDatabase({ connectionString: postgres.connectionString, poolMax: 10, applicationName: 'measure' })
await using files = await testFiles()
const core = createCore({
  db,
  bus: createInProcessBus(),
  log: silentLogger,
  authMode: 'open',
  secrets: testSecrets(),
  files,
})
await core.start()
const tokens: string[] = []
for (let nth = 0; nth < users; nth += 1) tokens.push((await signIn(core, 'operator')).token)

for (const atOnce of [1, users]) {
  const figures: number[] = []
  for (let round = -20; round < rounds; round += 1) {
    const before = process.cpuUsage()
    for (let nth = 0; nth < users; nth += atOnce)
      await Promise.all(tokens.slice(nth, nth + atOnce).map((token) => authenticate(core, token)))
    const { user, system } = process.cpuUsage(before)
    // The first rounds are slower: the code is not compiled yet.
    if (round >= 0) figures.push((user + system) / users)
  }
  const [low, median, high] = [0.1, 0.5, 0.9].map((share) => quantile(figures, share).toFixed(0))
  console.log(`${atOnce} at once: ${median} µs [${low}–${high}]`)
}
await core.stop()
await db.close()

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? 0
}
