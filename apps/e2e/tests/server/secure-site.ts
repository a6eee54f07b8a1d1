import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { freePort } from '@deskbell/testkit/free-port'
import { startProvider, type TestProvider } from '@deskbell/testkit/oidc/test-provider'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../../src/browser.ts'
import { type RunningNginx, startNginx } from '../../src/proxies/start-nginx.ts'
import { type RunningServer, startServer } from '../../src/start-server.ts'

/** A site in secure mode as it is deployed: nginx, an API server and a socket server, and an identity provider. */
export type SecureSite = AsyncDisposable & {
  readonly url: string
  readonly servers: readonly RunningServer[]
  readonly nginx: RunningNginx
  readonly provider: TestProvider
  readonly browser: Browser
  /** The token of the link that the API server has printed. */
  readonly setupToken: string
  /** The text of the key that encrypts stored secrets. */
  readonly secretsKey: string
  /** Everything that is stored, as text. */
  databaseText(): Promise<string>
}

export async function startSecureSite(): Promise<SecureSite> {
  const stack = new AsyncDisposableStack()
  const database = stack.use(await freshDatabase({ poolMax: 2 }))
  const port = await freePort()
  const url = `http://localhost:${port}`
  const provider = stack.use(await startProvider({ redirectUri: `${url}/auth/oidc/callback` }))
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-secure-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const env = {
    ...{ AUTH_MODE: 'secure', PUBLIC_URL: url, TRUST_PROXY: 'yes', RATE_LIMITS: 'on', LOG_LEVEL: 'debug' },
    ...{ DATABASE_URL: database.connectionString, BUS: 'postgres', SECRETS_KEY_FILE: join(folder, 'secrets.key') },
    ...{ OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: provider.clientId, OIDC_CLIENT_SECRET: provider.clientSecret },
    ...{ OIDC_ALLOWED: '@example.com', OIDC_NAME: 'Example SSO' },
  }
  const start = async (role: string) => stack.use(await startServer({ env: { ...env, ROLE: role } }))
  const api = await start('api')
  const live = await start('live')
  const nginx = stack.use(await startNginx({ api: api.port, live: live.port, port }))
  const browser = await launchBrowser()
  stack.defer(() => browser.close())
  const setupToken = new RegExp(`^${url}/setup#(\\S+)$`, 'm').exec(api.output())?.[1]
  if (setupToken === undefined) throw new Error(`The server printed no link:\n${api.output()}`)
  const secretsKey = (await readFile(env.SECRETS_KEY_FILE, 'utf8')).trim()
  return {
    ...{ url, servers: [api, live], nginx, provider, browser, setupToken, secretsKey },
    async databaseText() {
      const { rows } = await database.db.pool.query<{ name: string }>(
        "select tablename as name from pg_tables where schemaname = 'public'",
      )
      const tables = await Promise.all(
        rows.map(({ name }) => database.db.pool.query(`select t::text as row from "${name}" t`)),
      )
      return tables.flatMap((table) => table.rows.map(({ row }) => String(row))).join('\n')
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
