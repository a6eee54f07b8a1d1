import { freePort } from '@deskbell/testkit/free-port'
import type { CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

const password = 'violet otter kayak 71'
const email = 'grace@example.com'

type Answer = { status: number; json: Record<string, unknown> }
/** The JSON text of what the browser answers to these options, or the name of its refusal. */
type Ceremony = { kind: 'create' | 'get'; options: unknown }

/** The pages run on the origin of the server and have no part in this: they are only where the ceremony happens. */
describe.skipIf(!tools.chromium)('passkeys in a browser', () => {
  let world: World
  let page: Page
  let cdp: CDPSession
  beforeAll(async () => {
    const port = await freePort()
    const url = `http://localhost:${port}`
    world = await createWorld({
      env: { AUTH_MODE: 'secure', PUBLIC_URL: url, PORT: String(port), RATE_LIMITS: 'on' },
    })
    const context = await world.browser.newContext({ serviceWorkers: 'block' })
    page = await context.newPage()
    await page.goto(url)
    cdp = await context.newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    // On a busy machine the first password, which reads the words, may take longer than a call may.
    const admin = { token: setUpToken(), email, name: 'Grace', password }
    await eventually(
      async () => (await call('/auth/setup', admin)).status,
      (status) => status === 201 || status === 404,
    )
    await eventually(
      async () => (await call('/auth/sign-in', { email, password })).status,
      (status) => status === 200,
    )
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  const call = (path: string, input?: object, method = 'POST') =>
    page.evaluate(
      async (asked): Promise<Answer> => {
        const { path, method, input } = asked
        const response = await fetch(`/api${path}`, {
          method,
          ...(method === 'POST' && {
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(input ?? {}),
          }),
        })
        const text = await response.text()
        return { status: response.status, json: text === '' ? {} : JSON.parse(text) }
      },
      { path, input, method },
    )

  const ceremony = (asked: Ceremony) =>
    page.evaluate(async ({ kind, options }): Promise<string> => {
      // Chromium has these, and the types of the DOM do not yet.
      const parse = PublicKeyCredential as unknown as Record<string, (json: unknown) => never>
      const parser = kind === 'create' ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON'
      const publicKey = parse[parser]?.(options) as never
      try {
        return JSON.stringify(await navigator.credentials[kind]({ publicKey }))
      } catch (error) {
        return error instanceof Error ? error.name : ''
      }
    }, asked)

  const newAuthenticator = async (isUserVerified = true) => {
    const options = {
      ...({ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true } as const),
      ...{ isUserVerified, automaticPresenceSimulation: true },
    }
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options })
    // Chromium has one of the device at a time.
    onTestFinished(async () => void (await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })))
    return authenticatorId
  }

  const setUpToken = () => /\/setup#(\S+)/.exec(world.server.output())?.[1] ?? ''
  const signOut = () => page.context().clearCookies()
  const me = async () => (await call('/users/me', undefined, 'GET')).status

  test('[FACTOR-8] [FACTOR-9] one is added, signs in alone and after the password, and is removed', async () => {
    const authenticatorId = await newAuthenticator()
    const begun = await call('/auth/passkeys/options')
    const credential = await ceremony({ kind: 'create', options: begun.json.options })
    const added = await call('/auth/passkeys', { name: 'Laptop', credential })
    expect(added).toMatchObject({ status: 201, json: { passkey: { name: 'Laptop' } } })
    expect(added.json.recoveryCodes).toHaveLength(10)

    const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId })
    expect(credentials).toMatchObject([{ isResidentCredential: true, rpId: 'localhost', userName: email }])
    const handle = Buffer.from(credentials[0]?.userHandle ?? '', 'base64')
    expect(handle).toHaveLength(32)

    // A browser makes no second one of the same authenticator.
    const again = await call('/auth/passkeys/options')
    expect(await ceremony({ kind: 'create', options: again.json.options })).toBe('InvalidStateError')

    await signOut()
    expect(await me()).toBe(401)
    const alone = await call('/auth/passkey-options')
    const assertion = await ceremony({ kind: 'get', options: alone.json.options })
    expect((await call('/auth/passkey-sign-in', { assertion })).status).toBe(200)
    expect(await me()).toBe(200)
    expect((await call('/auth/passkey-sign-in', { assertion })).status).toBe(401)

    await signOut()
    const { json } = await call('/auth/sign-in', { email, password })
    expect(json).toEqual({ challenge: json.challenge, methods: ['passkey', 'recovery'] })
    expect(await me()).toBe(401)
    const offered = await call('/auth/passkey-options', { challenge: json.challenge })
    const code = await ceremony({ kind: 'get', options: offered.json.options })
    const completed = await call('/auth/second-factor', { challenge: json.challenge, method: 'passkey', code })
    expect(completed.status).toBe(200)
    expect(await me()).toBe(200)

    const proving = await call('/auth/passkey-options')
    const proof = await ceremony({ kind: 'get', options: proving.json.options })
    expect((await call('/auth/prove', { method: 'passkey', code: proof })).status).toBe(200)

    const { json: factors } = await call('/auth/factors', undefined, 'GET')
    const [passkey] = factors.passkeys as { id: string; lastUsedAt: string | null }[]
    expect(passkey?.lastUsedAt).not.toBeNull()
    expect((await call(`/auth/passkeys/${passkey?.id}`, undefined, 'DELETE')).status).toBe(204)
    await signOut()
    expect((await call('/auth/sign-in', { email, password })).json).toHaveProperty('token')
  })

  test('[FACTOR-8] an authenticator that does not verify its user gives none', async () => {
    await newAuthenticator(false)
    const begun = await call('/auth/passkeys/options')
    expect(begun.status).toBe(200)
    expect(await ceremony({ kind: 'create', options: begun.json.options })).toBe('NotAllowedError')
  })

  test('[FACTOR-9] one whose counter falls back is a clone, and signs nobody in', async () => {
    const authenticatorId = await newAuthenticator()
    const begun = await call('/auth/passkeys/options')
    const credential = await ceremony({ kind: 'create', options: begun.json.options })
    expect((await call('/auth/passkeys', { name: 'Key', credential })).status).toBe(201)
    const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId })
    const [copy] = credentials
    if (copy === undefined) throw new Error('The authenticator keeps no passkey.')
    const signIn = async () => {
      const { json } = await call('/auth/passkey-options')
      const assertion = await ceremony({ kind: 'get', options: json.options })
      return (await call('/auth/passkey-sign-in', { assertion })).status
    }
    expect([await signIn(), await signIn()]).toEqual([200, 200])
    await cdp.send('WebAuthn.removeCredential', { authenticatorId, credentialId: copy.credentialId })
    await cdp.send('WebAuthn.addCredential', { authenticatorId, credential: copy })
    expect(await signIn()).toBe(401)
  })
})
