import { uniqueId } from '@deskbell/testkit/factories'
import { createFileWorld, type FileWorld, randomFile } from '@deskbell/testkit/file-world'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let server: TestServer
let world: FileWorld
/** A text and a picture, each in a message. */
let text: { id: string; bytes: Uint8Array }
let picture: string
beforeAll(async () => {
  server = await startTestServer()
  world = await createFileWorld(server)
  const { tus, client, chatId } = world
  const bytes = randomFile(1_000)
  text = { id: await tus.upload(client, { chatId, name: 'отчёт "1".html', type: 'text/html', bytes }), bytes }
  const image = sharp({ create: { width: 1_000, height: 500, channels: 3, background: '#a40' } })
  const jpeg = new Uint8Array(await image.jpeg().toBuffer())
  picture = await tus.upload(client, { chatId, name: 'sun.jpg', type: 'image/jpeg', bytes: jpeg })
  await world.send(client, [text.id, picture])
})
afterAll(() => server?.close())

async function get(path: string, headers: Record<string, string> = {}, token = world.client): Promise<Response> {
  return await fetch(`${server.url}/files/${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } })
}

describe('GET /files/{id}', () => {
  test('[FILE-12] serves a file as a download that a browser runs nothing of', async () => {
    const response = await get(text.id)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '1000',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
    })
    const disposition = response.headers.get('content-disposition') ?? ''
    expect(disposition).toMatch(/^attachment; /)
    expect(disposition).toContain(`filename*=UTF-8''${encodeURIComponent('отчёт "1".html')}`)
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(text.bytes)
  })

  test('[FILE-12] serves an image inline, and a smaller version of it', async () => {
    const response = await get(picture)
    expect(response.headers.get('content-type')).toBe('image/jpeg')
    expect(response.headers.get('content-disposition')).toBe('inline; filename=sun.jpg')
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    const thumbnail = await get(`${picture}/thumbnail`)
    const { width, height } = await sharp(Buffer.from(await thumbnail.arrayBuffer())).metadata()
    expect([width, height]).toEqual([640, 320])
    expect(thumbnail.headers.get('content-disposition')).toMatch(/^inline/)
    expect((await get(`${text.id}/thumbnail`)).status).toBe(404)
  })

  test('[FILE-12] serves ranges, and answers what has not changed without the bytes', async () => {
    const part = await get(text.id, { range: 'bytes=10-19' })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 10-19/1000'])
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(text.bytes.slice(10, 20))
    const end = await get(text.id, { range: 'bytes=-5' })
    expect(new Uint8Array(await end.arrayBuffer())).toEqual(text.bytes.slice(995))
    const beyond = await get(text.id, { range: 'bytes=1000-' })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */1000'])
    for (const range of ['bytes=0-1,5-6', 'lines=1-2', 'bytes=x'])
      expect((await get(text.id, { range })).status).toBe(200)
    const tag = part.headers.get('etag') ?? ''
    expect((await get(text.id, { 'if-none-match': tag })).status).toBe(304)
    expect((await get(text.id, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200)
    const head = await fetch(`${server.url}/files/${text.id}`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${world.client}` },
    })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '1000'])
  })

  test('[FILE-12] the client and operators see it, others do not, and nobody without a session', async () => {
    expect((await get(picture, {}, world.operator)).status).toBe(200)
    for (const path of [picture, `${picture}/thumbnail`, text.id]) {
      const foreign = await get(path, {}, await world.stranger())
      expect([foreign.status, ((await foreign.json()) as { code: string }).code]).toEqual([404, 'not_found'])
      expect((await get(path, {}, 'none')).status).toBe(401)
      expect((await fetch(`${server.url}/files/${path}`)).status).toBe(401)
    }
    expect((await get('0'.repeat(32))).status).toBe(404)
    expect((await get('..%2F..%2Fsecrets')).status).toBe(404)
  })

  test('[FILE-12] an upload that no message has is served to nobody', async () => {
    const id = await world.tus.upload(world.client, { chatId: world.chatId, bytes: randomFile(9) })
    expect((await get(id)).status).toBe(404)
    expect((await get(id, {}, world.operator)).status).toBe(404)
  })

  test('[FILE-12] after signing out the file is not served', async () => {
    const own = await createFileWorld(server)
    const id = await own.tus.upload(own.client, { chatId: own.chatId, bytes: randomFile(9) })
    await own.send(own.client, [id])
    expect((await get(id, {}, own.client)).status).toBe(200)
    await own.rest.call('POST', '/users/logout', { token: own.client, body: {} })
    expect((await get(id, {}, own.client)).status).toBe(401)
  })

  test('[FILE-12] cookies show images in pages, also where both roles are signed in', async () => {
    const cookies: string[] = []
    for (const role of ['client', 'operator']) {
      const email = `${uniqueId(role)}@example.test`
      const body = JSON.stringify({ email, name: 'Both', role })
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${server.url}/api/users/login`, { method: 'POST', headers, body })
      cookies.push(...answer.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] ?? ''))
    }
    const cookie = cookies.join('; ')
    const byRole = (role: string) => fetch(`${server.url}/files/${picture}?role=${role}`, { headers: { cookie } })
    expect((await byRole('operator')).status).toBe(200)
    expect((await byRole('client')).status).toBe(404)
  })

  test.each([
    ['a path', '../../etc/passwd', 'etcpasswd'],
    ['another path', String.raw`..\..\boot.ini`, 'boot.ini'],
    ['control characters', 'a\u0000b\r\nc.txt', 'abc.txt'],
    ['a turned direction', 'photo\u202egnp.exe', 'photognp.exe'],
    ['what is not seen', '\u200b.htaccess', 'htaccess'],
    ['nothing else', '...', 'file'],
    ['4,000 characters', `${'я'.repeat(4_000)}.pdf`, `${'я'.repeat(251)}.pdf`],
  ])('[FILE-13] a name with %s is cleaned', async (_what, name, clean) => {
    const { tus, client, chatId, send } = world
    const id = await tus.upload(client, { chatId, name, bytes: randomFile(3) })
    const { json } = await send(client, [id])
    expect(json).toMatchObject({ message: { attachments: [{ name: clean }] } })
    expect((await get(id)).status).toBe(200)
  })
})
