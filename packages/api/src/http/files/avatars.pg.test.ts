import { readdir } from 'node:fs/promises'
import { avatarBytesMax, orphanFileMs, userAvatarsMax } from '@deskbell/contract/limits'
import type { LoginOutput, User } from '@deskbell/contract/users'
import { signIn, uniqueId } from '@deskbell/testkit/factories'
import { createFileWorld, type FileWorld } from '@deskbell/testkit/file-world'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

let now = Date.now()
let server: TestServer
let world: FileWorld
let operator: LoginOutput
beforeAll(async () => {
  server = await startTestServer({ clock: { now: () => new Date(now) } })
  world = await createFileWorld(server)
})
afterAll(() => server?.close())
beforeEach(async () => {
  operator = await signIn(server.core, 'operator')
})

const copyright = 'whose photo it is'

/** Red, with a blue square in its middle. */
async function photo({ width = 900, height = 300 } = {}): Promise<Uint8Array<ArrayBuffer>> {
  const side = Math.min(width, height)
  const input = await sharp({ create: { width: side, height: side, channels: 3, background: 'blue' } })
    .png()
    .toBuffer()
  const image = sharp({ create: { width, height, channels: 3, background: 'red' } }).composite([{ input }])
  return new Uint8Array(
    await image
      .jpeg()
      .withExif({ IFD0: { Copyright: copyright } })
      .toBuffer(),
  )
}

type Sent = { token?: string; type?: string; headers?: Record<string, string> }

async function put(
  body: string | Uint8Array<ArrayBuffer>,
  { token = operator.token, type = 'image/jpeg', headers = {} }: Sent = {},
) {
  const all = { authorization: `Bearer ${token}`, 'content-type': type, ...headers }
  const response = await fetch(`${server.url}/api/users/me/avatar`, { method: 'PUT', headers: all, body })
  return { status: response.status, json: (await response.json()) as { user: User; code: string } }
}

async function remove(token = operator.token) {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${server.url}/api/users/me/avatar`, { method: 'DELETE', headers })
  return { status: response.status, json: (await response.json()) as { user: User; code: string } }
}

async function get(path: string, token: string | null = operator.token, headers: Record<string, string> = {}) {
  const all = token === null ? headers : { authorization: `Bearer ${token}`, ...headers }
  return await fetch(server.url + path, { headers: all })
}

async function uploaded(): Promise<string> {
  return (await put(await photo())).json.user.avatarUrl ?? ''
}

async function keys(): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of server.core.files.storage.list(`avatars/${operator.user.id}/`)) found.push(key)
  return found
}

describe('the own picture', () => {
  test('[FILE-50] is the middle of the image as a square of 256 pixels, in WebP and without metadata', async () => {
    const { status, json } = await put(await photo())
    expect(status).toBe(200)
    const response = await get(json.user.avatarUrl ?? '')
    expect(response.headers.get('content-type')).toBe('image/webp')
    const bytes = Buffer.from(await response.arrayBuffer())
    const { width, height, exif, format } = await sharp(bytes).metadata()
    expect({ width, height, exif, format }).toEqual({ width: 256, height: 256, exif: undefined, format: 'webp' })
    expect(bytes.includes(copyright)).toBe(false)
    const { channels } = await sharp(bytes).stats()
    // Nothing of the red sides is left.
    expect(channels.map(({ mean }) => Math.round(mean / 64))).toEqual([0, 0, 4])
  })

  test('[FILE-50] is upright, its first frame, and on white', async () => {
    const turned = sharp({ create: { width: 10, height: 20, channels: 3, background: 'red' } })
    expect((await put(new Uint8Array(await turned.jpeg().withMetadata({ orientation: 6 }).toBuffer()))).status).toBe(
      200,
    )
    const clear = sharp({ create: { width: 4, height: 4, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    const { json } = await put(new Uint8Array(await clear.png().toBuffer()))
    const bytes = Buffer.from(await (await get(json.user.avatarUrl ?? '')).arrayBuffer())
    const { channels } = await sharp(bytes).stats()
    expect(channels.map(({ min }) => min)).toEqual([255, 255, 255])
  })

  test('[FILE-50] is taken of operators only, and what is refused changes nothing', async () => {
    const url = await uploaded()
    const body = await photo()
    expect((await put(body, { token: world.client })).json.code).toBe('forbidden')
    expect((await put(body, { token: 'none' })).json.code).toBe('unauthenticated')
    expect((await put(body, { type: 'text/plain' })).json.code).toBe('unsupported_media_type')
    expect((await put('not an image', { type: 'image/png' })).json.code).toBe('unsupported_file')
    expect((await put('', { type: 'image/png' })).json.code).toBe('unsupported_file')
    expect((await put(new Uint8Array(avatarBytesMax + 1))).json).toMatchObject({ status: 413, code: 'too_large' })
    expect((await remove(world.client)).json.code).toBe('forbidden')
    expect((await get(url)).status).toBe(200)
    expect(await keys()).toHaveLength(1)
  })

  test('[FILE-50] a body that says no length, or that goes on behind the limit, is too large', async () => {
    const url = `${server.url}/api/users/me/avatar`
    let sent = 0
    const body = new ReadableStream({
      pull(controller) {
        sent += 65_536
        controller.enqueue(new Uint8Array(65_536))
        if (sent > 4 * avatarBytesMax) controller.close()
      },
    })
    const headers = { authorization: `Bearer ${operator.token}`, 'content-type': 'image/png' }
    const response = await fetch(url, { method: 'PUT', headers, body, duplex: 'half' })
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([413, 'too_large'])
  })

  test('[FILE-50] another method is refused with the right ones', async () => {
    const headers = { authorization: `Bearer ${operator.token}` }
    const response = await fetch(`${server.url}/api/users/me/avatar`, { method: 'POST', headers })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'PUT, DELETE'])
  })

  test('[FILE-50] a page of another site changes nothing with the cookie of a visitor', async () => {
    const cookie = `deskbell_operator=${operator.token}`
    for (const origin of ['https://evil.example', 'null', undefined]) {
      const headers = { cookie, 'content-type': 'image/jpeg', ...(origin !== undefined && { origin }) }
      for (const method of ['PUT', 'DELETE']) {
        const body = method === 'PUT' ? { body: await photo() } : {}
        const response = await fetch(`${server.url}/api/users/me/avatar`, { method, headers, ...body })
        expect([method, origin, response.status]).toEqual([method, origin, 403])
      }
    }
    const own = { cookie, 'content-type': 'image/jpeg', origin: server.url }
    const response = await fetch(`${server.url}/api/users/me/avatar`, {
      method: 'PUT',
      headers: own,
      body: await photo(),
    })
    expect(response.status).toBe(200)
  })

  test('[FILE-50] a user sends two at once', async () => {
    const body = () => new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)) })
    const abort = new AbortController()
    const headers = { authorization: `Bearer ${operator.token}`, 'content-type': 'image/png' }
    const send = () =>
      fetch(`${server.url}/api/users/me/avatar`, {
        ...{ method: 'PUT', headers, body: body(), duplex: 'half', signal: abort.signal },
      }).catch(() => null)
    const hanging = Array.from({ length: userAvatarsMax }, send)
    // Both are being received.
    const { tempFolder } = server.core.files.storage
    await expect.poll(async () => (await readdir(tempFolder)).length).toBe(userAvatarsMax)
    expect((await put(await photo())).json.code).toBe('rate_limited')
    abort.abort()
    await Promise.all(hanging)
    await expect.poll(async () => (await put(await photo())).status).toBe(200)
  })
})

describe('avatarUrl', () => {
  test('[FILE-51] is in users, chats, entries and the list of operators, and null without a picture', async () => {
    const { rest, chatId, client } = world
    await rest.call('POST', `/chats/${chatId}/assign-operator`, { token: operator.token, body: { takeOver: true } })
    const seen = async () => {
      const body = { text: 'hello', clientMsgId: uniqueId('m') }
      const { token, user } = operator
      await rest.call('POST', `/chats/${chatId}/messages`, { token, body })
      const me = await rest.call('GET', '/users/me', { token })
      const chat = await rest.call('GET', `/chats/${chatId}`, { token: client })
      const operators = await rest.call('GET', '/operators', { token })
      const page = await fetch(`${server.url}/trpc/chats.page?input=${encodeURIComponent(`{"chatId":${chatId}}`)}`, {
        headers: { authorization: `Bearer ${client}` },
      })
      type Actor = { id: number; avatarUrl: string | null }
      const { result } = (await page.json()) as { result: { data: { entries: { actor: Actor }[] } } }
      const listed = (operators.json as { items: User[] }).items.find(({ id }) => id === user.id)
      return [
        (me.json as { user: User }).user.avatarUrl,
        (chat.json as { chat: { operator: User } }).chat.operator.avatarUrl,
        listed?.avatarUrl,
        result.data.entries.at(-1)?.actor.avatarUrl,
      ]
    }
    expect(await seen()).toEqual([null, null, null, null])
    const url = await uploaded()
    expect(url).toMatch(new RegExp(`^/avatars/${operator.user.id}\\?v=[0-9a-f]{8}$`))
    expect(await seen()).toEqual([url, url, url, url])
    expect((await remove()).json.user.avatarUrl).toBeNull()
    expect(await seen()).toEqual([null, null, null, null])
  })

  test('[FILE-51] is another address for another picture; an older one serves the newest, and nothing after a removal', async () => {
    const first = await uploaded()
    const second = await uploaded()
    expect(second).not.toBe(first)
    const bytes = async (url: string) => Buffer.from(await (await get(url)).arrayBuffer()).toString('base64')
    expect(await bytes(first)).toBe(await bytes(second))
    await remove()
    for (const url of [first, second]) expect((await get(url)).status).toBe(404)
  })
})

describe('GET /avatars/{id}', () => {
  test('[FILE-52] operators see every picture, clients those of operators', async () => {
    const url = await uploaded()
    for (const token of [operator.token, world.operator, world.client, await world.stranger()])
      expect((await get(url, token)).status).toBe(200)
    for (const token of [null, 'none']) expect((await get(url, token)).status).toBe(401)
    const paths = [
      `/avatars/${world.chatId + 1_000_000}`,
      '/avatars/0',
      '/avatars/x',
      '/avatars/1e1',
      '/avatars/..%2Fx',
    ]
    for (const path of paths) expect([path, (await get(path)).status]).toEqual([path, 404])
    const nobodys = await get(`/avatars/${(await signIn(server.core, 'operator')).user.id}`)
    const missing = await get('/avatars/999999999')
    const withoutId = async (response: Response) => ({ ...((await response.json()) as object), requestId: '' })
    expect(await withoutId(nobodys)).toEqual(await withoutId(missing))
  })

  test('[FILE-52] is kept by the browser of its user alone, and runs nothing', async () => {
    const url = await uploaded()
    const response = await get(url)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=86400',
      vary: expect.stringContaining('cookie'),
    })
    const older = url.replace(/v=.*/, 'v=00000000')
    for (const path of [older, url.replace(/\?.*/, '')])
      expect((await get(path)).headers.get('cache-control')).toBe('private, no-cache')
    const tag = response.headers.get('etag') ?? ''
    expect((await get(older, operator.token, { 'if-none-match': tag })).status).toBe(304)
    expect((await get(url.replace('?', '?role=operator&'))).status).toBe(200)
  })
})

describe('the bytes of a picture', () => {
  test('[FILE-53] go when it is replaced or removed', async () => {
    await uploaded()
    const [first] = await keys()
    await uploaded()
    await expect.poll(keys).toHaveLength(1)
    expect(await keys()).not.toEqual([first])
    await remove()
    await expect.poll(keys).toEqual([])
    expect((await remove()).status).toBe(200)
  })

  test('[FILE-53] of nobody are swept away once they are an hour old, and others stay', async () => {
    const { files, avatars, db } = server.core
    const url = await uploaded()
    const mine = await keys()
    const source = `${files.storage.tempFolder}/${uniqueId('left')}`
    await sharp(await photo()).toFile(source)
    await avatars.store(operator.user.id, source)
    expect(await keys()).toHaveLength(2)
    expect(await files.sweeper.sweep()).toEqual({ expired: 0, orphans: 0 })
    now += orphanFileMs + 60_000
    expect(await files.sweeper.sweep()).toEqual({ expired: 0, orphans: 1 })
    expect(await keys()).toEqual(mine)
    expect((await get(url)).status).toBe(200)
    await db.pool.query('update users set avatar_id = null where id = $1', [operator.user.id])
    expect(await files.sweeper.sweep()).toEqual({ expired: 0, orphans: 1 })
  })
})
