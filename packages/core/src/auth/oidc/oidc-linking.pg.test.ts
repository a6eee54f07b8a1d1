import { adminEmail, type OidcWorld, oidcPassword, startOidcWorld } from '@deskbell/testkit/oidc/oidc-world'
import { TestBrowser } from '@deskbell/testkit/oidc/test-browser'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toAppError } from '../../app-error.ts'
import { listAudit } from '../accounts/audit.ts'
import { signIn } from '../accounts/sign-in.ts'
import { authenticate } from '../authenticate.ts'

const here = '203.0.113.7'
const bob = { sub: 'bob-1', email: 'bob@example.com', email_verified: true, name: 'Bob' }
const grace = { sub: 'grace-1', email: adminEmail, email_verified: true, name: 'Grace' }

let now: Date
let world: OidcWorld
beforeEach(async () => {
  now = new Date('2030-01-01T00:00:00.000Z')
  world = await startOidcWorld({ clock: { now: () => now } })
  world.provider.person = bob
})
afterEach(() => world[Symbol.asyncDispose]())

const signedIn = /^\/chats\/\d+$/
const refusedFor = (reason: string) => `/login-operator?sso=${reason}`
const query = async (text: string) => (await world.server.db.pool.query(text)).rows
const linked = () => query('select subject, user_id from oidc_accounts order by subject')
const signInFresh = () => world.signIn(new TestBrowser())

/** Signs in by password in the browser, as its page does. */
async function signInByPassword(browser: TestBrowser, email = adminEmail): Promise<void> {
  const body = JSON.stringify({ email, password: oidcPassword })
  const headers = { 'content-type': 'application/json', origin: world.url }
  const answer = await browser.request(`${world.url}/api/auth/sign-in`, { method: 'POST', headers, body })
  expect(answer.status).toBe(200)
}

async function confirm(browser: TestBrowser, origin: string | null = world.url): Promise<number> {
  const headers = { 'deskbell-role': 'operator', ...(origin !== null && { origin }) }
  const { status } = await browser.request(`${world.url}/auth/oidc/link`, { method: 'POST', headers })
  return status
}

describe('[N27] somebody new', () => {
  test('[OIDC-6] accepts the invitation of the own address, gets its access, and has no password', async () => {
    await world.invite(bob.email, 'admin')
    expect(await signInFresh()).toMatch(signedIn)
    const [row] = await query(
      "select u.id, u.name, a.access, a.password_hash from users u join accounts a on a.user_id = u.id where email = 'bob@example.com'",
    )
    expect(row).toMatchObject({ name: 'Bob', access: 'admin' })
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await linked()).toEqual([{ subject: 'bob-1', user_id: row?.id }])
    expect(await query('select 1 from links')).toEqual([])
    for (const password of ['', oidcPassword, bob.email]) {
      const error = await signIn(world.server.core, { email: bob.email, password }, here).catch(toAppError)
      expect(error).toMatchObject({ code: 'invalid_credentials' })
    }
  })

  test.each([[false], [undefined], ['true'], [1], [null], [{}]])(
    '[OIDC-6] does not get in with email_verified %o',
    async (verified) => {
      await world.invite(bob.email)
      world.provider.person = { ...bob, email_verified: verified }
      expect(await signInFresh()).toBe(refusedFor('unverified'))
      expect(await linked()).toEqual([])
      expect(await query('select 1 from links')).toHaveLength(1)
    },
  )

  test('[OIDC-6] does not get in without an address, or with one that is none', async () => {
    for (const email of [undefined, '', 'bob', 'bob@example.com,eve@example.com', 'bob@example.com\n']) {
      const { email: _, ...rest } = bob
      world.provider.person = email === undefined ? rest : { ...rest, email }
      expect(await signInFresh(), String(email)).toMatch(/sso=(unverified|not_invited)$/)
    }
    expect(await linked()).toEqual([])
  })

  test('[OIDC-6] needs an invitation, also with an allowed address, and one that has not ended', async () => {
    expect(await signInFresh()).toBe(refusedFor('not_invited'))
    await world.invite(bob.email)
    now = new Date(now.getTime() + 7 * 24 * 60 * 60_000)
    expect(await signInFresh()).toBe(refusedFor('not_invited'))
    expect(await query("select 1 from users where email = 'bob@example.com'")).toEqual([])
  })

  test.each(['bob@sub.example.com', 'bob@badexample.com', 'ann@example.org.evil.test', 'eve@example.org'])(
    '[OIDC-8] %s is not an allowed address',
    async (email) => {
      await world.invite(email)
      world.provider.person = { ...bob, email }
      expect(await signInFresh()).toBe(refusedFor('not_allowed'))
    },
  )

  test('[OIDC-8] an allowed address is compared in its normal form', async () => {
    await world.invite('ann@example.org')
    world.provider.person = { ...bob, email: ' Ann@EXAMPLE.org ' }
    expect(await signInFresh()).toMatch(signedIn)
  })

  test('[OIDC-6] of four sign-ins at the same moment one makes the account', async () => {
    await world.invite(bob.email)
    const browsers = Array.from({ length: 4 }, () => new TestBrowser())
    const backs = await Promise.all(browsers.map((browser) => world.comeBack(browser)))
    const led = await Promise.all(browsers.map((browser, nth) => world.visit(browser, backs[nth] ?? new URL(''))))
    expect(led.filter((each) => signedIn.test(each)).length).toBeGreaterThanOrEqual(1)
    expect(await linked()).toHaveLength(1)
  })

  test('[OIDC-6] whose name nobody may have is called by the address', async () => {
    await world.invite(bob.email)
    world.provider.person = { ...bob, name: 'System' }
    expect(await signInFresh()).toMatch(signedIn)
    expect(await query("select name from users where email = 'bob@example.com'")).toEqual([{ name: 'bob' }])
  })
})

describe('[N27] somebody known', () => {
  beforeEach(async () => {
    await world.invite(bob.email)
    expect(await signInFresh()).toMatch(signedIn)
  })

  test('[OIDC-5] is known by issuer and subject, whatever address the provider names', async () => {
    const before = await signInFresh()
    for (const person of [{ ...bob, email: adminEmail }, { sub: bob.sub }, { ...bob, email_verified: false }]) {
      world.provider.person = person
      expect(await signInFresh()).toBe(before)
    }
    expect(await query("select email from users where name = 'Bob'")).toEqual([{ email: bob.email }])
  })

  test('[OIDC-5] another subject with the same address is somebody else, and links nothing', async () => {
    world.provider.person = { ...bob, sub: 'bob-2' }
    const browser = new TestBrowser()
    expect(await world.signIn(browser)).toBe(refusedFor('confirm'))
    expect(browser.cookies(world.url).get('deskbell_operator')).toBeUndefined()
    expect(await linked()).toEqual([{ subject: 'bob-1', user_id: expect.any(String) }])
  })

  test('[OIDC-5] the same subject at another issuer is somebody else', async () => {
    await world.server.db.pool.query("update oidc_accounts set issuer = 'https://other.example'")
    expect(await signInFresh()).toBe(refusedFor('confirm'))
  })

  test('[OIDC-8] stays out once the account is disabled, also at the last moment, and in when it is enabled', async () => {
    const browser = new TestBrowser()
    const back = await world.comeBack(browser)
    await world.server.db.pool.query('update accounts set disabled_at = now()')
    expect(await world.visit(browser, back)).toBe(refusedFor('not_allowed'))
    expect(await signInFresh()).toBe(refusedFor('not_allowed'))
    await world.server.db.pool.query('update accounts set disabled_at = null')
    expect(await signInFresh()).toMatch(signedIn)
  })

  test('[OIDC-8] stays out while the account is being disabled: the session asks under the lock', async () => {
    const [user] = await query("select * from users where email = 'bob@example.com'")
    const waits = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
    const client = await world.server.db.pool.connect()
    try {
      await client.query('begin')
      await client.query('select 1 from users where id = $1 for update', [user?.id])
      const signingIn = signInFresh()
      await waitFor(async () => (await query(waits)).length === 1, { what: 'the sign-in at the lock' })
      await client.query('update accounts set disabled_at = now() where user_id = $1', [user?.id])
      await client.query('commit')
      expect(await signingIn).toBe(refusedFor('not_allowed'))
    } finally {
      await client.query('rollback')
      client.release()
    }
  })

  test('[OIDC-8] stays out when its address is not allowed any more', async () => {
    await world.server.db.pool.query("update users set email = 'bob@elsewhere.example' where name = 'Bob'")
    expect(await signInFresh()).toBe(refusedFor('not_allowed'))
  })
})

describe('[N27] an account of the address', () => {
  beforeEach(() => {
    world.provider.person = grace
  })

  test('[OIDC-7] is linked when its owner has signed in by the password, and from then on by that alone', async () => {
    const browser = new TestBrowser()
    expect(await world.signIn(browser)).toBe(refusedFor('confirm'))
    expect(await confirm(browser)).toBe(401)
    await signInByPassword(browser)
    expect(await linked()).toEqual([])
    expect(await confirm(browser)).toBe(204)
    expect(await linked()).toMatchObject([{ subject: 'grace-1' }])
    expect(await confirm(browser)).toBe(404)
    expect(await signInFresh()).toMatch(signedIn)
  })

  test('[OIDC-7] is not linked by an older session of it', async () => {
    const browser = new TestBrowser()
    await signInByPassword(browser)
    now = new Date(now.getTime() + 1)
    expect(await world.signIn(browser)).toBe(refusedFor('confirm'))
    expect(await confirm(browser)).toBe(403)
    expect(await linked()).toEqual([])
    await signInByPassword(browser)
    expect(await confirm(browser)).toBe(204)
  })

  test('[OIDC-7] is not linked from another browser, by another operator, by a foreign page, or after ten minutes', async () => {
    const browser = new TestBrowser()
    expect(await world.signIn(browser)).toBe(refusedFor('confirm'))
    const other = new TestBrowser()
    await signInByPassword(other)
    expect(await confirm(other)).toBe(404)

    await world.invite(bob.email)
    world.provider.person = bob
    const bobs = new TestBrowser()
    expect(await world.signIn(bobs)).toMatch(signedIn)
    bobs.setCookie(world.url, 'deskbell_oidc_link', browser.cookies(world.url).get('deskbell_oidc_link') ?? '')
    expect(await confirm(bobs)).toBe(404)

    await signInByPassword(browser)
    expect(await confirm(browser, 'http://evil.example')).toBe(403)
    expect(await confirm(browser, null)).toBe(403)
    now = new Date(now.getTime() + 10 * 60_000)
    expect(await confirm(browser)).toBe(404)
    expect(await linked()).toMatchObject([{ subject: 'bob-1' }])
  })

  test('[OIDC-7] is not linked with an account at the provider that is linked already', async () => {
    const browser = new TestBrowser()
    expect(await world.signIn(browser)).toBe(refusedFor('confirm'))
    await world.invite(bob.email)
    world.provider.person = { ...bob, sub: grace.sub }
    expect(await signInFresh()).toMatch(signedIn)
    await signInByPassword(browser)
    expect(await confirm(browser)).toBe(403)
    expect(await linked()).toHaveLength(1)
  })

  test('[OIDC-7] that is disabled stays out', async () => {
    await world.server.db.pool.query('update accounts set disabled_at = now()')
    expect(await signInFresh()).toBe(refusedFor('not_allowed'))
  })
})

test('[OIDC-9] the audit log has the invitation, the link and each sign-in, without a secret', async () => {
  await world.invite(bob.email)
  await signInFresh()
  world.provider.person = grace
  const browser = new TestBrowser()
  await world.signIn(browser)
  await signInByPassword(browser)
  const secrets = [...browser.cookies(world.url).values()]
  await confirm(browser)
  const actor = await authenticate(world.server.core, world.admin.token)
  if (actor === null) throw new Error('The admin is not signed in.')
  const { items } = await listAudit(world.server.core, actor, { limit: 4 })
  expect(items.map(({ action, actor: who, target }) => [action, who?.name, target])).toEqual([
    ['auth.oidcLink', 'Grace', adminEmail],
    ['auth.oidcSignIn', 'Bob', 'Bob'],
    ['auth.oidcAccept', 'Bob', bob.email],
    ['operators.invite', 'Grace', bob.email],
  ])
  expect(items.map(({ address }) => address).slice(0, 3)).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1'])
  for (const secret of secrets.filter((each) => each.length > 20)) expect(JSON.stringify(items)).not.toContain(secret)
})
