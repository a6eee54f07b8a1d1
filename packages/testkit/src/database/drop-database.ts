import { execute } from '../execute.ts'
import { waitFor } from '../wait-for.ts'
import { quoted } from './database-url.ts'

/**
 * Drops a database that others may still use. `with (force)` would fail while an autovacuum worker uses it, because
 * only a superuser may terminate one; a plain drop asks the worker to end.
 */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  const endSessions = `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = '${name}' and backend_type = 'client backend'`
  await waitFor(
    async () => {
      await execute(serverUrl, endSessions)
      return await execute(serverUrl, `drop database if exists ${quoted(name)}`)
    },
    { intervalMs: 200, what: `the end of ${name}` },
  )
}
