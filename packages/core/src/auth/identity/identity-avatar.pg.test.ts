import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { userIdSchema } from '@deskbell/contract/ids'
import { avatarFetchesMax, avatarFetchesWaitingMax, avatarRetryMs, avatarUrlCharsMax } from '@deskbell/contract/limits'
import type { User } from '@deskbell/contract/users'
import { encoded, sampleImage } from '@deskbell/files/testing/sample-images'
import { newChat, signIn, uniqueId } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { type Claims, type IdentitySite, newSite } from '@deskbell/testkit/identities'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { getChat } from '../../chats/get-chat.ts'
import type { Core } from '../../context.ts'
import { openAvatar } from '../../users/open-avatar.ts'
import { authenticate } from '../authenticate.ts'
import { identify } from './identify.ts'
import { createIdentityKey } from './manage-identity-keys.ts'

const audience = 'chat.example.test'
let nowMs = Date.now()
const logged: { level: string; fields: object; message: string }[] = []
const log = (level: string) => (fields: object, message: string) => void logged.push({ level, fields, message })
const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }

let fresh: FreshCore
let core: Core
let site: IdentitySite
let png: Buffer
beforeAll(async () => {
  const clock = { now: () => new Date(nowMs) }
  fresh = await freshCore({ fetchAllow: ['127.0.0.2/32'], clock, log: logger })
  core = fresh.core
  const { actor } = await signIn(core, 'operator')
  const createKey = (input: Parameters<typeof createIdentityKey>[2]) => createIdentityKey(core, actor, input)
  site = await newSite((input) => createKey({ ...input, address: '' }), { audience, now: () => new Date(nowMs) })
  png = await encoded(sampleImage(), 'image/png')
})
afterAll(() => fresh.drop())

let pictures: Server
let url: string
let asked: string[]
let answer: (response: ServerResponse) => void
beforeEach(async () => {
  logged.length = 0
  asked = []
  answer = (response) => response.end(png)
  pictures = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(response)
  })
  await new Promise<void>((resolve) => pictures.listen(0, '127.0.0.2', resolve))
  url = `http://127.0.0.2:${(pictures.address() as AddressInfo).port}`
})
afterEach(() => {
  pictures.closeAllConnections()
  pictures.close()
})

async function identifyAs(subject: string, claims: Claims = {}) {
  return await identify(core, null, { identity: await site.sign(subject, claims), audience })
}

const avatarOf = async ({ id }: User) => (await core.queries.users.find(id))?.avatarId ?? null

async function keysOf({ id }: User): Promise<number> {
  let keys = 0
  for await (const _ of core.files.storage.list(`avatars/${id}/`)) keys += 1
  return keys
}

/** How many fetches have failed since the log was emptied. */
const failures = () => logged.filter(({ message }) => message.includes('was not fetched')).length

async function stateOf({ id }: User): Promise<string | undefined> {
  const { rows } = await fresh.db.pool.query('select state from avatar_sources where user_id = $1', [id])
  return rows[0]?.state
}

/** The client after its picture was fetched. */
async function pictured(subject: string): Promise<User> {
  const { user } = await identifyAs(subject, { avatarUrl: `${url}/a.png` })
  await expect.poll(() => stateOf(user)).toBe('stored')
  return user
}

describe('the picture of an identity', () => {
  test('[ACC-30] is fetched after the sign-in, and then operators see it without asking again', async () => {
    let go: () => void = () => undefined
    answer = (response) => {
      go = () => void response.end(png)
    }
    const sub = uniqueId('sub')
    const login = await identifyAs(sub, { avatarUrl: `${url}/a.png?token=secret` })
    expect(login.user.avatarUrl).toBeNull()
    const client = await authenticate(core, login.token)
    if (client === null) throw new Error('The client is not signed in.')
    const chat = await newChat(core, client)
    const hints: number[] = []
    const stop = core.bus.subscribe((hint) => {
      if (hint.t === 'chat' && hint.chatId === chat.id) hints.push(hint.rev)
    })
    await expect.poll(() => asked).toEqual(['/a.png?token=secret'])
    go()
    await expect.poll(() => hints).toEqual([chat.rev + 1])
    stop()
    const { actor } = await signIn(core, 'operator')
    const shown = (await getChat(core, actor, { chatId: chat.id })).chat.client.avatarUrl
    expect(shown).toMatch(new RegExp(`^/avatars/${client.userId}\\?v=`))
    const { read } = await openAvatar(core, actor, client.userId)
    expect((await read()).toString('latin1', 8, 12)).toBe('WEBP')
    expect((await identifyAs(sub)).user.avatarUrl).toBe(shown)
    const [stored] = (await fresh.db.pool.query('select * from avatar_sources where user_id = $1', [client.userId]))
      .rows
    expect(JSON.stringify(stored)).not.toMatch(/secret|127\.0/)
  })

  test('[ACC-30] clients see their own, and no other client does', async () => {
    const sub = uniqueId('sub')
    const user = await pictured(sub)
    const own = await authenticate(core, (await identifyAs(sub)).token)
    const other = (await signIn(core, 'client')).actor
    if (own === null) throw new Error('The client is not signed in.')
    expect((await openAvatar(core, own, user.id)).mediaType).toBe('image/webp')
    await expect(openAvatar(core, other, user.id)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('[FILE-55] is fetched once, however often and wherever its client comes', async () => {
    const sub = uniqueId('sub')
    const another = await fresh.another()
    const identities = await Promise.all(
      Array.from({ length: 12 }, () => site.sign(sub, { avatarUrl: `${url}/a.png` })),
    )
    await Promise.all(
      identities.map((identity, index) => identify(index % 2 === 0 ? core : another, null, { identity, audience })),
    )
    const user = await pictured(sub)
    nowMs += 2 * avatarRetryMs
    await pictured(sub)
    expect(asked).toEqual(['/a.png'])
    const before = await avatarOf(user)
    await identifyAs(sub, { avatarUrl: `${url}/b.png` })
    await expect.poll(() => avatarOf(user)).not.toBe(before)
    expect(asked).toEqual(['/a.png', '/b.png'])
    await expect.poll(() => keysOf(user)).toBe(1)
  })

  test('[ACC-30] null takes it away, and without the claim it stays', async () => {
    const sub = uniqueId('sub')
    const user = await pictured(sub)
    expect((await identifyAs(sub)).user.avatarUrl).not.toBeNull()
    expect((await identifyAs(sub, { avatarUrl: null })).user.avatarUrl).toBeNull()
    await expect.poll(() => keysOf(user)).toBe(0)
    // The same URL is another picture again.
    await pictured(sub)
    expect(asked).toHaveLength(2)
  })

  test('[ACC-30] what is no URL is as if it were not there, and nobody is kept out for it', async () => {
    const long = `https://a.example/${'a'.repeat(avatarUrlCharsMax)}`
    for (const avatarUrl of ['', 'a.png', '//a.example/a.png', 7, true, [], {}, ['https://a.example/'], long]) {
      const { user } = await identifyAs(uniqueId('sub'), { avatarUrl })
      expect([avatarUrl, user.avatarUrl, await stateOf(user)]).toEqual([avatarUrl, null, undefined])
    }
  })

  test('[ACC-30] one that is replaced or taken away while it is fetched is not shown', async () => {
    const open: ServerResponse[] = []
    const store = vi.spyOn(core.avatars, 'store')
    answer = (response) => void open.push(response)
    for (const later of [`${url}/later.png`, null]) {
      const sub = uniqueId('sub')
      const { user } = await identifyAs(sub, { avatarUrl: `${url}/a.png` })
      await expect.poll(() => open.length).toBe(1)
      await identifyAs(sub, { avatarUrl: later })
      if (later !== null) await expect.poll(() => open.length).toBe(2)
      const stored = store.mock.settledResults.length + open.length
      for (const response of open.splice(0)) response.end(png)
      await expect.poll(() => store.mock.settledResults.filter(({ type }) => type === 'fulfilled').length).toBe(stored)
      if (later !== null) await expect.poll(() => stateOf(user)).toBe('stored')
      await expect.poll(() => keysOf(user)).toBe(later === null ? 0 : 1)
      expect((await avatarOf(user)) === null).toBe(later === null)
    }
    store.mockRestore()
  })
})

describe('a picture that is not fetched', () => {
  test('[FILE-56] N81: inner addresses are refused, the client is signed in, and the log names no query', async () => {
    const inner = ['https://127.0.0.1/a?token=secret#x', 'http://127.0.0.3/a', 'https://[::1]/a', 'file:///etc/passwd']
    for (const avatarUrl of inner) {
      const { user } = await identifyAs(uniqueId('sub'), { avatarUrl })
      await expect.poll(() => stateOf(user)).toBe('refused')
      expect(await avatarOf(user)).toBeNull()
    }
    const lines = logged.filter(({ message }) => message.includes('was not fetched'))
    expect(lines.map(({ fields }) => ('url' in fields ? fields.url : null))).toEqual([
      'https://127.0.0.1/a',
      'http://127.0.0.3/a',
      'https://[::1]/a',
      'null/etc/passwd',
    ])
    expect(JSON.stringify(logged)).not.toContain('secret')
  })

  test('[FILE-55] changes nothing: one that failed is asked for after an hour, one that was refused never again', async () => {
    const sub = uniqueId('sub')
    const user = await pictured(sub)
    const before = await avatarOf(user)
    const tryAgain = async () => {
      logged.length = 0
      await identifyAs(sub, { avatarUrl: `${url}/new.png` })
    }
    answer = (response) => response.writeHead(503).end()
    await tryAgain()
    await expect.poll(() => asked.length + failures()).toBe(3)
    await tryAgain()
    nowMs += avatarRetryMs + 1_000
    await tryAgain()
    await expect.poll(() => asked.length + failures()).toBe(4)
    expect(asked).toEqual(['/a.png', '/new.png', '/new.png'])
    nowMs += avatarRetryMs + 1_000
    answer = (response) => response.end('<svg xmlns="http://www.w3.org/2000/svg"/>')
    await tryAgain()
    await expect.poll(() => stateOf(user)).toBe('refused')
    nowMs += 10 * avatarRetryMs
    await tryAgain()
    expect(asked).toHaveLength(4)
    expect(await avatarOf(user)).toBe(before)
    expect(await keysOf(user)).toBe(1)
  })

  test('[FILE-57] a few are fetched at once, a bounded number waits, and a stop ends them', async () => {
    logged.length = 0
    answer = () => undefined
    const another = await fresh.another()
    const add = (place: number, name = place) =>
      another.avatarFetches.add({ userId: userIdSchema.parse(1_000_000 + place), url: `${url}/${name}.png` })
    const fetches = avatarFetchesMax + avatarFetchesWaitingMax
    for (let place = 0; place < fetches; place += 1) add(place)
    const warned = () => logged.map(({ message }) => message).filter((message) => message.includes('too many wait'))
    // One client takes one place, whatever it asks for.
    for (let name = 0; name < 10; name += 1) add(fetches - 1, 5_000 + name)
    expect(warned()).toEqual([])
    add(fetches)
    expect(warned()).toEqual(['A picture is not fetched now: too many wait'])
    await expect.poll(() => asked.length).toBe(avatarFetchesMax)
    await another.avatarFetches.stop()
    expect(asked).toHaveLength(avatarFetchesMax)
  })
})
