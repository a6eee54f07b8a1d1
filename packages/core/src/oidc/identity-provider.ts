import { oidcAnswerMs, oidcMetadataMs } from '@deskbell/contract/limits'
import type * as OpenId from 'openid-client'
import { limitedFetch, NoAnswerError } from './limited-fetch.ts'

export type ProviderSettings = {
  issuer: string
  clientId: string
  clientSecret: string
  /** Where the provider sends the browser back to. */
  redirectUri: string
  /** Overrides the time for each answer of the provider, for tests. */
  answerMs?: number | undefined
}

/** What a sign-in in progress is compared with when the browser comes back. */
export type SignInChecks = { state: string; nonce: string; verifier: string }

/** What the provider says of somebody. `emailVerified` is true only where the provider says exactly that. */
export type Claims = {
  issuer: string
  subject: string
  email: string | null
  emailVerified: boolean
  name: string | null
}

/** `unavailable`: the provider does not answer. `denied`: it, or the person there, refused. `failed`: the answer is not to be believed. */
export type ProviderFault = 'unavailable' | 'denied' | 'failed'

/** A sign-in at the provider failed. `detail` is for the log, and has no secret. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError'
  readonly fault: ProviderFault
  readonly detail: string

  constructor(fault: ProviderFault, detail: string) {
    super(fault)
    this.fault = fault
    this.detail = detail
  }
}

type Discovered = { client: typeof OpenId; config: OpenId.Configuration; readAt: number }

/**
 * A provider of OpenID Connect: the code flow with PKCE (S256), `state` and `nonce`. What the provider says of itself is
 * read at the first sign-in and not at the start, so a provider that is down stops neither the server nor passwords.
 */
export class IdentityProvider {
  readonly issuer: string
  readonly #settings: ProviderSettings
  #discovered: Promise<Discovered> | undefined

  constructor(settings: ProviderSettings) {
    this.issuer = settings.issuer
    this.#settings = settings
  }

  /** Returns where to send the browser. Rejects with `ProviderError`. */
  async begin(): Promise<{ url: string; checks: SignInChecks }> {
    const { client, config } = await this.#discover()
    const checks = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    }
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: this.#settings.redirectUri,
      response_type: 'code',
      scope: 'openid email profile',
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(checks.verifier),
      code_challenge_method: 'S256',
    })
    return { url: url.href, checks }
  }

  /**
   * Redeems the code in the query with which the browser came back. Checks state, issuer, nonce, signature, audience and
   * times. Rejects with `ProviderError`.
   */
  async finish(query: string, { state, nonce, verifier }: SignInChecks): Promise<Claims> {
    const { client, config } = await this.#discover()
    const url = new URL(this.#settings.redirectUri)
    url.search = query
    try {
      const tokens = await client.authorizationCodeGrant(config, url, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      if (claims === undefined) throw new ProviderError('failed', 'no id_token')
      const more =
        claims['email'] === undefined && config.serverMetadata().userinfo_endpoint !== undefined
          ? await client.fetchUserInfo(config, tokens.access_token, claims.sub)
          : claims
      return {
        issuer: claims.iss,
        subject: claims.sub,
        email: textOf(more['email']),
        emailVerified: more['email_verified'] === true,
        name: textOf(more['name']),
      }
    } catch (error) {
      throw providerError(error)
    }
  }

  /** Of several sign-ins at the same moment one asks the provider. A failure is forgotten. */
  async #discover(): Promise<Discovered> {
    const known = this.#discovered
    if (known !== undefined) {
      const discovered = await known
      if (performance.now() - discovered.readAt < oidcMetadataMs) return discovered
      if (this.#discovered !== known) return await this.#discover()
    }
    const reading = this.#read()
    this.#discovered = reading
    reading.catch(() => {
      if (this.#discovered === reading) this.#discovered = undefined
    })
    return await reading
  }

  async #read(): Promise<Discovered> {
    const { issuer, clientId, clientSecret, answerMs = oidcAnswerMs } = this.#settings
    // Loaded at the first sign-in: few processes ever need it.
    const client = await import('openid-client')
    // An address that is not on this machine is refused over http by `limitedFetch`.
    const execute = [client.enableNonRepudiationChecks]
    if (new URL(issuer).protocol === 'http:') execute.push(client.allowInsecureRequests)
    try {
      const config = await client.discovery(
        new URL(issuer),
        clientId,
        clientSecret,
        authenticate(client, clientSecret),
        {
          execute,
          timeout: answerMs / 1_000,
          [client.customFetch]: limitedFetch(issuer, answerMs),
        },
      )
      return { client, config, readAt: performance.now() }
    } catch (error) {
      throw providerError(error)
    }
  }
}

/** HTTP Basic, the default of the standard, unless the provider supports only the secret in the body. */
function authenticate(client: typeof OpenId, clientSecret: string): OpenId.ClientAuth {
  const [basic, post] = [client.ClientSecretBasic(clientSecret), client.ClientSecretPost(clientSecret)]
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const isPost = !methods.includes('client_secret_basic') && methods.includes('client_secret_post')
    return (isPost ? post : basic)(server, ...rest)
  }
}

function textOf(claim: unknown): string | null {
  return typeof claim === 'string' && claim !== '' ? claim : null
}

/** Keeps codes of errors only: messages and causes have what the provider and the browser sent. */
function providerError(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error
  const chain = causesOf(error)
  if (chain.some((each) => each instanceof NoAnswerError || each.name === 'TimeoutError'))
    return new ProviderError('unavailable', 'no answer')
  const code = chain.map(codeOf).find((each) => each !== null) ?? 'unknown'
  const said = chain.map((each) => ('error' in each ? safeCode(each.error) : null)).find((each) => each !== null)
  const status = chain.map((each) => ('status' in each ? each.status : null)).find((each) => typeof each === 'number')
  if (isServerFault(chain, status)) return new ProviderError('unavailable', code)
  if (code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR') return new ProviderError('denied', said ?? code)
  return new ProviderError('failed', said === undefined ? code : `${code} ${said}`)
}

function causesOf(error: unknown): Error[] {
  const chain: Error[] = []
  for (let each = error; each instanceof Error && chain.length < 5; each = each.cause) chain.push(each)
  return chain
}

/** The library hands over an answer with an unexpected status as the cause. */
function isServerFault(chain: readonly Error[], status: unknown): boolean {
  const answer = chain.map(({ cause }) => cause).find((cause) => cause instanceof Response)
  return (answer?.status ?? Number(status ?? 0)) >= 500
}

function codeOf(error: Error): string | null {
  return 'code' in error ? safeCode(error.code) : null
}

function safeCode(text: unknown): string | null {
  return typeof text === 'string' && /^\w{1,60}$/.test(text) ? text : null
}
