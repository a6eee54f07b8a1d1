/// <reference path="./oidc-provider.d.ts" />
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type Provider from 'oidc-provider'
import type { Context, GrantContext } from 'oidc-provider'
import { freePort } from '../free-port.ts'

/** Somebody with an account at the provider. The claims are what the provider says of it. */
export type ProviderPerson = { sub: string; email?: string; email_verified?: unknown; name?: string }

export type TestProvider = AsyncDisposable & {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Who is signed in at the provider: it asks nothing. Null: it refuses. */
  person: ProviderPerson | null
  /** Changes the claims of each identity token, which is signed anew. */
  alterIdToken: ((claims: Record<string, unknown>) => Record<string, unknown>) | null
  /** Signs what was changed with a key that the provider has not published. */
  forgesSignature: boolean
  /** Answers in place of the provider, when it returns a status and a body. */
  intercept: ((path: string) => { status: number; body: unknown } | Promise<never> | null) | null
  /** The paths that were asked for. */
  readonly asked: string[]
}

type ProviderOptions = {
  redirectUri: string
  /** Whether the identity token has the address too. By default only the answer of `userinfo` has it, as the standard says. */
  emailInIdToken?: boolean
}

/** Starts the real `oidc-provider` on a free port. Its users confirm nothing. */
export async function startProvider({ redirectUri, emailInIdToken = false }: ProviderOptions): Promise<TestProvider> {
  const { default: OidcProvider } = await quietly(() => import('oidc-provider'))
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  const privateKey = newKey()
  const client = { client_id: 'deskbell', client_secret: 'a secret of the provider', redirect_uris: [redirectUri] }
  const provider = await quietly(
    () =>
      new OidcProvider(issuer, {
        clients: [client, { ...client, client_id: 'another' }],
        claims: { email: ['email', 'email_verified'], profile: ['name'] },
        conformIdTokenClaims: !emailInIdToken,
        pkce: { required: () => true },
        cookies: { keys: ['a key of a test'] },
        jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'first', alg: 'RS256', use: 'sig' }] },
        features: { devInteractions: { enabled: false } },
        interactions: { url: () => '/sign-in' },
        ttl: { Session: 60, Interaction: 60, Grant: 60, IdToken: 60, AccessToken: 60 },
        loadExistingGrant: (context: GrantContext) => grantOf(provider, context),
        findAccount: (_context: unknown, sub: string) => ({
          accountId: sub,
          claims: () => ({ ...self.person, sub }),
        }),
      }),
  )
  provider.use((context, next) => answered({ self, provider, privateKey }, context, next))
  const server = createServer(provider.callback()).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const self: TestProvider = {
    issuer,
    clientId: client.client_id,
    clientSecret: client.client_secret,
    person: null,
    alterIdToken: null,
    forgesSignature: false,
    intercept: null,
    asked: [],
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return self
}

function newKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey
}

type Parts = { self: TestProvider; provider: Provider; privateKey: KeyObject }

async function answered({ self, provider, privateKey }: Parts, context: Context, next: () => Promise<void>) {
  self.asked.push(context.path)
  const replaced = await self.intercept?.(context.path)
  if (replaced != null) {
    context.status = replaced.status
    context.body = replaced.body
    return
  }
  if (context.path === '/sign-in') {
    const { person } = self
    const result = person === null ? { error: 'access_denied' } : { login: { accountId: person.sub, remember: false } }
    await provider.interactionFinished(context.req, context.res, result)
    return
  }
  await next()
  const { body } = context
  if (self.alterIdToken === null || !hasIdToken(body)) return
  const [header = '', payload = ''] = body.id_token.split('.')
  const claims: Record<string, unknown> = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const altered = Buffer.from(JSON.stringify(self.alterIdToken(claims))).toString('base64url')
  const signature = sign(
    'RSA-SHA256',
    Buffer.from(`${header}.${altered}`),
    self.forgesSignature ? newKey() : privateKey,
  ).toString('base64url')
  context.body = { ...body, id_token: `${header}.${altered}.${signature}` }
}

function hasIdToken(body: unknown): body is { id_token: string } {
  return typeof body === 'object' && body !== null && 'id_token' in body && typeof body.id_token === 'string'
}

/** Everybody has consented to everything. */
async function grantOf(provider: Provider, { oidc }: GrantContext) {
  const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
  grant.addOIDCScope('openid email profile')
  await grant.save()
  return grant
}

/** The package prints what its author thinks of plain http and of the engine. */
async function quietly<T>(run: () => T | Promise<T>): Promise<T> {
  const { warn, info } = console
  Object.assign(console, { warn: () => {}, info: () => {} })
  try {
    return await run()
  } finally {
    Object.assign(console, { warn, info })
  }
}
