import { createHash } from 'node:crypto'
import type { Scope } from '@deskbell/contract/access/keys'
import { fileBytesMax } from '@deskbell/contract/limits'
import { createChat } from '@deskbell/core/chats/create-chat'
import { createKey } from '@deskbell/core/operators/keys/manage-keys'
import { setUpAdmin } from '@deskbell/testkit/accounts'
import { uniqueId } from '@deskbell/testkit/factories'
import { createFileWorld, type FileWorld, randomFile } from '@deskbell/testkit/file-world'
import { announce, createTusProbe, partType, tusMetadata } from '@deskbell/testkit/probes/tus-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let server: TestServer
let world: FileWorld
beforeAll(async () => {
  server = await startTestServer()
  world = await createFileWorld(server)
})
afterAll(() => server?.close())

const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code

function bytesOf(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts))
}

async function read(token: string, id: string): Promise<Buffer> {
  const response = await fetch(`${server.url}/files/${id}`, { headers: { authorization: `Bearer ${token}` } })
  expect(response.status).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}

describe('uploads', () => {
  test('[FILE-1] a file that is sent in three parts becomes an attachment with the same bytes', async () => {
    const { tus, client, chatId, send } = world
    const parts = [randomFile(10_000), randomFile(1), randomFile(70_000)]
    const path = await tus.create(client, { chatId, name: 'notes.bin', type: '', bytes: bytesOf(parts) })
    let offset = 0
    for (const bytes of parts) {
      const response = await tus.patch(path, { token: client, offset, bytes })
      offset += bytes.length
      expect([response.status, response.headers.get('upload-offset')]).toEqual([204, String(offset)])
      expect(response.headers.get('tus-resumable')).toBe('1.0.0')
    }
    const id = path.slice(path.lastIndexOf('/') + 1)
    const { status, json } = await send(client, [id], 'three parts')
    expect(status).toBe(201)
    const attachment = { id, name: 'notes.bin', mediaType: 'application/octet-stream', bytes: 80_001 }
    const ofImages = { width: null, height: null, thumbHash: null, thumbnailUrl: null }
    expect(json).toMatchObject({
      message: {
        type: 'file',
        text: 'three parts',
        attachments: [{ ...attachment, ...ofImages, url: `/files/${id}` }],
      },
    })
    const stored = await read(client, id)
    expect(createHash('sha256').update(stored).digest()).toEqual(createHash('sha256').update(bytesOf(parts)).digest())
  })

  test('[FILE-1] the abilities are told, and only version 1.0.0 is spoken', async () => {
    const { tus, client, chatId } = world
    const abilities = await tus.call('OPTIONS', '/api/uploads', { token: client })
    expect(abilities.status).toBe(204)
    expect(Object.fromEntries(abilities.headers)).toMatchObject({
      'tus-version': '1.0.0',
      'tus-resumable': '1.0.0',
      'tus-extension': 'creation,creation-with-upload,termination,expiration',
      'tus-max-size': String(fileBytesMax),
    })
    const headers = { ...announce({ chatId, bytes: randomFile(5) }), 'tus-resumable': '0.2.2' }
    const other = await tus.call('POST', '/api/uploads', { token: client, headers })
    expect([other.status, other.headers.get('tus-version')]).toEqual([412, '1.0.0'])
    expect(await codeOf(other)).toBe('invalid_input')
  })

  test('[FILE-1] an upload says how long it is, where it ends, what it is and when it expires', async () => {
    const { tus, client, chatId } = world
    const path = await tus.create(client, { chatId, name: 'a.txt', type: 'text/plain', bytes: randomFile(9) })
    await tus.patch(path, { token: client, offset: 0, bytes: randomFile(4) })
    const head = await tus.call('HEAD', path, { token: client })
    expect(head.status).toBe(200)
    expect(Object.fromEntries(head.headers)).toMatchObject({
      'upload-length': '9',
      'upload-offset': '4',
      'upload-metadata': tusMetadata({ filename: 'a.txt', filetype: 'text/plain', chatId: String(chatId) }),
      'cache-control': 'no-store',
    })
    const left = Date.parse(head.headers.get('upload-expires') ?? '') - Date.now()
    expect(left).toBeGreaterThan(23 * 60 * 60_000)
  })

  test('[FILE-1] an upload that was ended is gone, and one that a message has is not', async () => {
    const { tus, client, chatId, send } = world
    const path = await tus.create(client, { chatId, bytes: randomFile(9) })
    expect((await tus.call('DELETE', path, { token: client })).status).toBe(204)
    expect((await tus.call('HEAD', path, { token: client })).status).toBe(404)
    const id = await tus.upload(client, { chatId, bytes: randomFile(9) })
    await send(client, [id])
    const ended = await tus.call('DELETE', `/api/uploads/${id}`, { token: client })
    expect([ended.status, await codeOf(ended)]).toEqual([404, 'not_found'])
    expect(await read(client, id)).toHaveLength(9)
  })

  test('[FILE-1] an empty file is finished when it is made', async () => {
    const { tus, client, chatId, send } = world
    const path = await tus.create(client, { chatId, name: 'empty.txt', bytes: randomFile(0) })
    const { status } = await send(client, [path.slice(path.lastIndexOf('/') + 1)])
    expect(status).toBe(201)
  })

  test('[FILE-1] where a sender cannot send `PATCH`, a `POST` says that it is meant', async () => {
    const { tus, client, chatId } = world
    const path = await tus.create(client, { chatId, bytes: randomFile(9) })
    const headers = { 'x-http-method-override': 'PATCH', 'upload-offset': '0', 'content-type': partType }
    const response = await tus.call('POST', path, { token: client, headers, body: randomFile(9) })
    expect([response.status, response.headers.get('upload-offset')]).toEqual([204, '9'])
  })

  test('[FILE-2] strangers find neither the chat nor the upload, and nobody without a session does', async () => {
    const { tus, client, chatId, stranger } = world
    const token = await stranger()
    const bytes = randomFile(9)
    const made = await tus.call('POST', '/api/uploads', { token, headers: announce({ chatId, bytes }) })
    expect([made.status, await codeOf(made)]).toEqual([404, 'not_found'])
    const path = await tus.create(client, { chatId, bytes })
    for (const foreign of [token, world.operator]) {
      expect((await tus.call('HEAD', path, { token: foreign })).status).toBe(404)
      expect((await tus.patch(path, { token: foreign, offset: 0, bytes })).status).toBe(404)
      expect((await tus.call('DELETE', path, { token: foreign })).status).toBe(404)
    }
    const nobody = await tus.call('POST', '/api/uploads', { token: 'none', headers: announce({ chatId, bytes }) })
    expect([nobody.status, await codeOf(nobody)]).toEqual([401, 'unauthenticated'])
    expect((await tus.call('HEAD', path, { token: client })).headers.get('upload-offset')).toBe('0')
  })

  test('[FILE-2] a program with a key uploads with the scope `send`, and reads with any', async () => {
    await using secure = await startTestServer({ authMode: 'secure', publicUrl: 'http://127.0.0.1' })
    const { actor } = await setUpAdmin(secure.core)
    const { chat } = await createChat(secure.core, actor, { email: 'ann@example.test', name: 'Ann' })
    const tus = createTusProbe(secure.url)
    const headers = announce({ chatId: chat.id, bytes: randomFile(9) })
    const post = async (scope: Scope) => {
      const asked = { name: uniqueId('Key'), scopes: [scope], address: '127.0.0.1' }
      const { secret: token } = await createKey(secure.core, actor, asked)
      return (await tus.call('POST', '/api/uploads', { token, headers })).status
    }
    expect([await post('read'), await post('send'), await post('manage')]).toEqual([403, 201, 201])
  })

  test('[FILE-2] a closed chat takes no upload', async () => {
    const own = await createFileWorld(server)
    await own.rest.call('POST', `/chats/${own.chatId}/close`, { token: own.operator, body: {} })
    const headers = announce({ chatId: own.chatId, bytes: randomFile(9) })
    const response = await own.tus.call('POST', '/api/uploads', { token: own.client, headers })
    expect([response.status, await codeOf(response)]).toEqual([409, 'chat_closed'])
  })

  test('[FILE-7] [FILE-9] an image that cannot be decoded is refused at its last byte, whenever it is asked about, and in a message', async () => {
    const { tus, client, chatId, send } = world
    const broken = { chatId, name: 'broken.png', type: 'image/png', bytes: randomFile(2_000) }
    const path = await tus.create(client, broken)
    expect((await tus.patch(path, { token: client, offset: 0, bytes: broken.bytes.slice(0, 1_000) })).status).toBe(204)
    const last = await tus.patch(path, { token: client, offset: 1_000, bytes: broken.bytes.slice(1_000) })
    expect([last.status, await codeOf(last)]).toEqual([422, 'unsupported_file'])
    expect((await tus.call('HEAD', path, { token: client })).status).toBe(422)
    expect((await send(client, [path.slice(path.lastIndexOf('/') + 1)])).code).toBe('not_found')
    const headers = { ...announce(broken), 'content-type': partType }
    const atOnce = await tus.call('POST', '/api/uploads', { token: client, headers, body: broken.bytes })
    expect([atOnce.status, await codeOf(atOnce)]).toEqual([422, 'unsupported_file'])
  })

  test('[FILE-4] of two requests at one offset one is stored, and the bytes are those of that one', async () => {
    const { tus, client, chatId, send } = world
    const [one, other] = [randomFile(300_000), randomFile(300_000)]
    for (let round = 0; round < 5; round += 1) {
      const path = await tus.create(client, { chatId, bytes: one })
      const answers = await Promise.all(
        [one, other].map((bytes) => tus.patch(path, { token: client, offset: 0, bytes })),
      )
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
      const id = path.slice(path.lastIndexOf('/') + 1)
      await send(client, [id])
      const stored = await read(client, id)
      expect(stored.equals(answers[0]?.status === 204 ? one : other)).toBe(true)
    }
  })

  test('[FILE-5] a file that is too large is refused when it is announced, and more than was announced is not kept', async () => {
    const { tus, client, chatId } = world
    const headers = { ...announce({ chatId, bytes: randomFile(1) }), 'upload-length': String(fileBytesMax + 1) }
    const large = await tus.call('POST', '/api/uploads', { token: client, headers })
    expect([large.status, await codeOf(large)]).toEqual([413, 'too_large'])
    const path = await tus.create(client, { chatId, bytes: randomFile(9) })
    const more = await tus.patch(path, { token: client, offset: 0, bytes: randomFile(10) })
    expect([more.status, await codeOf(more)]).toEqual([413, 'too_large'])
    const unknown = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(randomFile(10))
        controller.close()
      },
    })
    const part = { 'upload-offset': '0', 'content-type': partType }
    expect((await tus.call('PATCH', path, { token: client, headers: part, body: unknown })).status).toBe(413)
    expect((await tus.call('HEAD', path, { token: client })).headers.get('upload-offset')).toBe('0')
  })

  test.each([
    ['no length', { 'upload-length': '' }, 400, 'invalid_input'],
    ['a negative length', { 'upload-length': '-1' }, 400, 'invalid_input'],
    ['a length that comes later', { 'upload-defer-length': '1' }, 400, 'invalid_input'],
    ['one upload of several', { 'upload-concat': 'partial' }, 400, 'invalid_input'],
    ['no metadata', { 'upload-metadata': '' }, 400, 'invalid_input'],
    ['metadata that are no base64', { 'upload-metadata': 'chatId *' }, 400, 'invalid_input'],
    ['no chat', { 'upload-metadata': tusMetadata({ filename: 'a' }) }, 400, 'invalid_input'],
    ['a chat that is no number', { 'upload-metadata': tusMetadata({ chatId: 'x' }) }, 400, 'invalid_input'],
    ['a chat that does not exist', { 'upload-metadata': tusMetadata({ chatId: '999999' }) }, 404, 'not_found'],
    ['JSON', { 'content-type': 'application/json', body: '{}' }, 415, 'unsupported_media_type'],
  ])('[FILE-16] an upload with %s is refused with a problem document', async (...[, change, status, code]) => {
    const { tus, client, chatId } = world
    const { body, ...headers } = { body: undefined, ...change }
    const announced = { ...announce({ chatId, bytes: randomFile(9) }), ...headers }
    const response = await tus.call('POST', '/api/uploads', {
      token: client,
      headers: Object.fromEntries(Object.entries(announced).filter(([, value]) => value !== '')),
      ...(body !== undefined && { body }),
    })
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect(response.headers.get('tus-resumable')).toBe('1.0.0')
    expect([response.status, await codeOf(response)]).toEqual([status, code])
  })

  test('[FILE-16] other methods are refused with those that there are', async () => {
    const { tus, client } = world
    const all = await tus.call('PUT', '/api/uploads', { token: client })
    expect([all.status, all.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    const one = await tus.call('GET', `/api/uploads/${'0'.repeat(32)}`, { token: client })
    expect([one.status, one.headers.get('allow')]).toEqual([405, 'HEAD, PATCH, DELETE, OPTIONS'])
    const unknown = await tus.call('PATCH', '/api/uploads/..%2Fx', { token: client })
    expect(unknown.status).toBe(404)
  })
})
