import type { LoginOutput } from '@deskbell/contract/users'
import { invite } from '@deskbell/core/auth/accounts/invitations'
import { createSetupLink, setUp } from '@deskbell/core/auth/accounts/set-up'
import { authenticate } from '@deskbell/core/auth/authenticate'
import { AllowedAddresses } from '@deskbell/core/oidc/allowed-addresses'
import { IdentityProvider } from '@deskbell/core/oidc/identity-provider'
import { freePort } from '../free-port.ts'
import { startTestServer, type TestServer, type TestServerOptions } from '../test-server.ts'
import type { TestBrowser } from './test-browser.ts'
import { startProvider, type TestProvider } from './test-provider.ts'

/** A server in secure mode with an admin, and the identity provider at which operators of `@example.com` and Ann sign in. */
export type OidcWorld = AsyncDisposable & {
  readonly server: TestServer
  /** Of the server, as browsers know it. */
  readonly url: string
  readonly provider: TestProvider
  readonly admin: LoginOutput
  readonly password: string
  /** Invites an address, as the admin. */
  invite(email: string, access?: 'admin' | 'operator'): Promise<void>
  /** Follows a sign-in to where the browser comes back, which is not asked for yet. */
  comeBack(browser: TestBrowser): Promise<URL>
  /** Signs in, and returns where it led: a path with its query. */
  signIn(browser: TestBrowser): Promise<string>
  /** Goes to an address of the server, and returns where that led. */
  visit(browser: TestBrowser, to: URL): Promise<string>
}

export const oidcPassword = 'violet otter kayak 71'
export const adminEmail = 'grace@example.com'

export async function startOidcWorld(
  options: Pick<TestServerOptions, 'log' | 'clock' | 'passwordsOff' | 'rateLimits' | 'rateClock' | 'pagesDir'> & {
    name?: string
  } = {},
): Promise<OidcWorld> {
  const { name = 'Example SSO', ...more } = options
  const port = await freePort()
  const url = `http://localhost:${port}`
  const redirectUri = `${url}/auth/oidc/callback`
  const provider = await startProvider({ redirectUri })
  const oidc = {
    provider: new IdentityProvider({ ...provider, redirectUri }),
    allowed: new AllowedAddresses(['@example.com', 'ann@example.org']),
    name,
  }
  const server = await startTestServer({ ...more, oidc, port, publicUrl: url, authMode: 'secure' })
  const { core } = server
  const withPasswords = { ...core, passwordsOff: false }
  const token = (await createSetupLink(core)) ?? ''
  const admin = await setUp(
    withPasswords,
    { token, email: adminEmail, name: 'Grace', password: oidcPassword },
    { address: '::1' },
  )
  const visit = async (browser: TestBrowser, to: URL) => {
    const response = await browser.request(to.href)
    return response.headers.get('location') ?? `status ${response.status}`
  }
  const comeBack = async (browser: TestBrowser) => new URL(await browser.follow(`${url}/auth/oidc/start`, redirectUri))
  return {
    ...{ server, url, provider, admin, password: oidcPassword, visit, comeBack },
    async invite(email, access = 'operator') {
      const actor = await authenticate(core, admin.token)
      if (actor === null) throw new Error('The admin is not signed in.')
      await invite(core, actor, { input: { email, access }, linkTo: (each) => each, address: '::1' })
    },
    signIn: async (browser) => await visit(browser, await comeBack(browser)),
    async [Symbol.asyncDispose]() {
      await server.close()
      await provider[Symbol.asyncDispose]()
    },
  }
}
