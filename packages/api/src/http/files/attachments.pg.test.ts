import { chatIdSchema } from '@deskbell/contract/ids'
import { uniqueId } from '@deskbell/testkit/factories'
import { createFileWorld, type FileWorld, randomFile } from '@deskbell/testkit/file-world'
import { createRestProbe } from '@deskbell/testkit/probes/rest-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let server: TestServer
let world: FileWorld
let photo: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  server = await startTestServer()
  world = await createFileWorld(server)
  const picture = sharp({ create: { width: 900, height: 600, channels: 3, background: '#48a' } })
  photo = new Uint8Array(await picture.jpeg().toBuffer())
})
afterAll(() => server?.close())

type Sent = { message: { id: number; type: string; text: string; attachments: { id: string }[] }; duplicate: boolean }
const sentOf = ({ json }: { json: unknown }) => json as Sent

const upload = (token = world.client) => world.tus.upload(token, { chatId: world.chatId, bytes: randomFile(20) })
const image = () =>
  world.tus.upload(world.client, { chatId: world.chatId, name: 'beach.jpg', type: 'image/jpeg', bytes: photo })

async function statusOf(id: string, token = world.client): Promise<number> {
  return (await fetch(`${server.url}/files/${id}`, { headers: { authorization: `Bearer ${token}` } })).status
}

/** The newest entries of the log, as the operator's page loads them. */
async function newestEntries(limit: number): Promise<unknown> {
  const input = encodeURIComponent(JSON.stringify({ chatId: world.chatId, limit }))
  const headers = { authorization: `Bearer ${world.operator}` }
  return (await fetch(`${server.url}/trpc/chats.page?input=${input}`, { headers })).json()
}

/** The keys of a file in the store. */
async function storedKeys(id: string): Promise<string[]> {
  const keys: string[] = []
  for (const prefix of [`files/${id}/`, `uploads/${id}/`])
    for await (const { key } of server.core.files.storage.list(prefix)) keys.push(key)
  return keys
}

describe('messages with attachments', () => {
  test('[FILE-8] attachments keep the order in which they are named, and the type says what they are', async () => {
    const [file, picture, other] = [await upload(), await image(), await image()]
    const mixed = sentOf(await world.send(world.client, [picture, file]))
    expect(mixed.message).toMatchObject({ type: 'file', text: '', attachments: [{ id: picture }, { id: file }] })
    const images = sentOf(await world.send(world.client, [other], 'look'))
    expect(images.message).toMatchObject({
      type: 'image',
      text: 'look',
      attachments: [
        {
          name: 'beach.jpg',
          mediaType: 'image/jpeg',
          width: 900,
          height: 600,
          thumbHash: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
          url: `/files/${other}`,
          thumbnailUrl: `/files/${other}/thumbnail`,
        },
      ],
    })
  })

  test.each([
    { what: 'as it is', alt: 'Наша собака 👩‍👩‍👧 у двери', clean: 'Наша собака 👩‍👩‍👧 у двери' },
    { what: 'without what is not seen', alt: ' a\u202eb\r\n\u0000c\u200b ', clean: 'a b c' },
    { what: 'cut after 500 characters', alt: '🙂'.repeat(501), clean: '🙂'.repeat(500) },
    { what: 'not at all where nothing is left', alt: '\u200b ', clean: undefined },
  ])('[FILE-39] what the sender says of an image is kept, $what, in every answer', async ({ alt, clean }) => {
    const given = { chatId: world.chatId, name: 'dog.jpg', type: 'image/jpeg', bytes: photo, alt }
    const id = await world.tus.upload(world.client, given)
    const { message } = sentOf(await world.send(world.client, [id]))
    expect(message.attachments.map((attachment) => Reflect.get(attachment, 'alt'))).toEqual([clean])
    expect('alt' in (message.attachments[0] ?? {})).toBe(clean !== undefined)
    expect(JSON.stringify(await newestEntries(1))).toContain(JSON.stringify(message.attachments))
  })

  test('[FILE-8] every way to read the message has its attachments', async () => {
    const id = await image()
    const { message } = sentOf(await world.send(world.client, [id]))
    const listed = await world.rest.call('GET', `/chats/${world.chatId}/messages?limit=1`, { token: world.operator })
    expect(listed.json).toMatchObject({ items: [message] })
    expect(JSON.stringify(await newestEntries(1))).toContain(JSON.stringify(message.attachments))
  })

  test('[FILE-18] a list says of which type the last message is, where it has attachments', async () => {
    const own = await createFileWorld(server)
    const id = await own.tus.upload(own.client, { chatId: own.chatId, bytes: randomFile(3) })
    await own.send(own.client, [id])
    const chat = async () => (await own.rest.call('GET', `/chats/${own.chatId}`, { token: own.operator })).json
    expect(await chat()).toMatchObject({ chat: { lastMessage: { text: '', type: 'file' } } })
    await own.rest.call('POST', `/chats/${own.chatId}/messages`, {
      token: own.client,
      body: { text: 'text', clientMsgId: uniqueId('m') },
    })
    expect(await chat()).not.toHaveProperty('chat.lastMessage.type')
  })

  test.each<[string, () => Promise<string[]>]>([
    ['does not exist', async () => ['0'.repeat(32)]],
    ['is no id', async () => ['../x']],
    ['is of another client', async () => [await ofAnother()]],
    ['is of the other side', async () => [await upload(world.operator)]],
    ['is of another chat', async () => [await inAnotherChat()]],
    ['has not arrived', async () => [await unfinished()]],
    ['is in a message already', async () => [await used()]],
    ['is fine beside one that is not', async () => [await upload(), '0'.repeat(32)]],
  ])('[FILE-9] an upload that %s is not found, and nothing is stored or used', async (_what, idsOf) => {
    const ids = await idsOf()
    const before = await world.rest.call('GET', `/chats/${world.chatId}`, { token: world.client })
    const answer = await world.send(world.client, ids, 'with a file')
    expect([answer.status, answer.code]).toEqual([404, 'not_found'])
    expect((await world.rest.call('GET', `/chats/${world.chatId}`, { token: world.client })).json).toEqual(before.json)
    const [first = ''] = ids
    const head = await world.tus.call('HEAD', `/api/uploads/${encodeURIComponent(first)}`, { token: world.client })
    if (_what.startsWith('is fine')) expect((await world.send(world.client, [first])).status).toBe(201)
    else expect(head.status === 200).toBe(_what === 'is of another chat' || _what === 'has not arrived')
  })

  test('[FILE-9] in a batch the other messages are stored', async () => {
    const [one, other] = [await upload(), await upload()]
    const chatId = chatIdSchema.parse(world.chatId)
    const body = {
      chatId,
      items: [
        { text: 'a', clientMsgId: uniqueId('m'), uploadIds: [one] },
        { text: 'b', clientMsgId: uniqueId('m'), uploadIds: [one, other] },
        { text: '', clientMsgId: uniqueId('m'), uploadIds: [other] },
      ],
    }
    const response = await fetch(`${server.url}/trpc/messages.sendBatch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.client}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(await response.json()).toMatchObject({
      result: {
        data: {
          items: [
            { message: { attachments: [{ id: one }] } },
            { error: { code: 'not_found', retryable: false } },
            { message: { attachments: [{ id: other }] } },
          ],
        },
      },
    })
  })

  test('[FILE-8] of many messages that name one upload at once, one has it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await upload()
      const answers = await Promise.all(Array.from({ length: 8 }, () => world.send(world.client, [id], 'mine')))
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(404)])
    }
  })

  test.each([
    ['none', []],
    ['eleven', Array.from({ length: 11 }, (_, nth) => `${nth}`.padStart(32, '0'))],
    ['one twice', ['a'.repeat(32), 'a'.repeat(32)]],
    ['an empty one', ['']],
  ])('[FILE-9] a list of uploads with %s is invalid', async (_what, ids) => {
    const answer = await world.send(world.client, ids, 'text')
    expect([answer.status, answer.code]).toEqual([400, 'invalid_input'])
  })

  test('[FILE-9] without uploads the text must not be empty', async () => {
    const body = { text: ' ', clientMsgId: uniqueId('m') }
    const answer = await world.rest.call('POST', `/chats/${world.chatId}/messages`, { token: world.client, body })
    expect(answer.json).toMatchObject({ code: 'invalid_input', errors: [{ path: 'text' }] })
  })

  test('[FILE-10] the same send again answers the first message, whatever became of its uploads', async () => {
    const [one, other, third] = [await upload(), await upload(), await upload()]
    const send = (uploadIds: string[] | undefined, text = 'files') =>
      world.rest.call('POST', `/chats/${world.chatId}/messages`, {
        token: world.client,
        body: { text, clientMsgId, ...(uploadIds && { uploadIds }) },
      })
    const clientMsgId = uniqueId('m')
    const first = sentOf(await send([one, other]))
    const again = await send([other, one])
    expect(again.status).toBe(200)
    expect(sentOf(again)).toEqual({ ...first, duplicate: true })
    for (const ids of [[one], [one, third], undefined]) {
      expect((await send(ids)).code).toBe('client_msg_id_reused')
    }
    expect((await retract(first.message.id)).status).toBe(200)
    const after = await send([one, other])
    expect([after.status, sentOf(after)]).toMatchObject([
      200,
      { message: { id: first.message.id, type: 'text', text: '', attachments: [] }, duplicate: true },
    ])
    const { rows } = await server.db.pool.query('select 1 from messages where client_msg_id = $1', [clientMsgId])
    expect(rows).toHaveLength(1)
    expect(await statusOf(third)).toBe(404)
  })

  test('[FILE-11] with a retraction the attachments, the bytes and the URLs go', async () => {
    const [file, picture] = [await upload(), await image()]
    const { message } = sentOf(await world.send(world.client, [file, picture], 'secret'))
    expect(await statusOf(file, world.operator)).toBe(200)
    expect(await storedKeys(picture)).toHaveLength(2)
    const retracted = await retract(message.id)
    expect(retracted.json).toMatchObject({ message: { id: message.id, type: 'text', text: '', attachments: [] } })
    expect(await statusOf(file, world.operator)).toBe(404)
    expect(await statusOf(`${picture}/thumbnail`)).toBe(404)
    await waitFor(async () => (await storedKeys(file)).length + (await storedKeys(picture)).length === 0)
    const log = JSON.stringify(await newestEntries(2))
    expect(log).toContain('retracted')
    expect(log).not.toContain(file)
    expect(log).not.toContain('beach.jpg')
    const { rows } = await server.db.pool.query('select 1 from files where id = any($1)', [[file, picture]])
    expect(rows).toHaveLength(0)
  })

  test('[FILE-11] an edit changes the text and keeps the attachments', async () => {
    const id = await upload()
    const { message } = sentOf(await world.send(world.client, [id]))
    const edited = await world.rest.call('POST', `/chats/${world.chatId}/messages/${message.id}/edit`, {
      token: world.client,
      body: { text: 'with words' },
    })
    expect(edited.json).toMatchObject({ message: { text: 'with words', type: 'file', attachments: [{ id }] } })
    expect(await statusOf(id, world.operator)).toBe(200)
  })

  test('[FILE-8] a client who sends only a file waits, until it retracts it', async () => {
    const own = await createFileWorld(server)
    const waiting = async () =>
      ((await own.rest.call('GET', `/chats/${own.chatId}`, { token: own.operator })).json as Waiting).chat.waitingSince
    const id = await own.tus.upload(own.client, { chatId: own.chatId, bytes: randomFile(3) })
    const kept = await own.tus.upload(own.client, { chatId: own.chatId, bytes: randomFile(3) })
    const { message } = sentOf(await own.send(own.client, [id]))
    expect(await waiting()).not.toBeNull()
    const second = sentOf(await own.send(own.client, [kept]))
    await retractIn(own, message.id)
    expect(await waiting()).not.toBeNull()
    await retractIn(own, second.message.id)
    expect(await waiting()).toBeNull()
  })
})

type Waiting = { chat: { waitingSince: string | null } }

const retract = (messageId: number) => retractIn(world, messageId)

async function retractIn({ rest, chatId, client }: FileWorld, messageId: number) {
  return await rest.call('POST', `/chats/${chatId}/messages/${messageId}/retract`, { token: client, body: {} })
}

async function ofAnother(): Promise<string> {
  const other = await createFileWorld(server)
  return other.tus.upload(other.client, { chatId: other.chatId, bytes: randomFile(3) })
}

async function inAnotherChat(): Promise<string> {
  const rest = await createRestProbe(server.url)
  const { json } = await rest.call('POST', '/chats', { token: world.client, body: {} })
  return world.tus.upload(world.client, { chatId: (json as { chat: { id: number } }).chat.id, bytes: randomFile(3) })
}

async function unfinished(): Promise<string> {
  const bytes = randomFile(9)
  const path = await world.tus.create(world.client, { chatId: world.chatId, bytes })
  await world.tus.patch(path, { token: world.client, offset: 0, bytes: bytes.slice(0, 8) })
  return path.slice(path.lastIndexOf('/') + 1)
}

async function used(): Promise<string> {
  const id = await upload()
  await world.send(world.client, [id])
  return id
}
