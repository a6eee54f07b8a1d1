import { createHash, randomBytes } from 'node:crypto'
import { type FaultProxy, startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSdk, type Message, type Sdk, toChatId } from '../../index.ts'

let server: TestServer
let proxy: FaultProxy
let sdk: Sdk
let token: string
let chatId: ReturnType<typeof toChatId>

beforeAll(async () => {
  server = await startTestServer()
  proxy = await startFaultProxy(server.url)
  ;({ token } = await signInByRest(server.url, 'client'))
  sdk = createSdk({ url: proxy.url, role: 'client', token, random: () => 0.02 })
  chatId = toChatId((await sdk.api.chats.create.mutate({})).chat.id)
})
afterAll(async () => {
  sdk?.close()
  await proxy?.close()
  await server?.close()
})

function fileOf(bytes: Buffer, name: string) {
  return { file: new Blob([new Uint8Array(bytes)]), name }
}

/** A PNG. */
const onePixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** What the server serves of the files of a message. */
async function served({ attachments = [] }: Message): Promise<string[]> {
  const headers = { authorization: `Bearer ${token}` }
  return await Promise.all(
    attachments.map(async ({ url }) => {
      const response = await fetch(`${server.url}${url}`, { headers })
      return hashOf(new Uint8Array(await response.arrayBuffer()))
    }),
  )
}

describe('sends with files', () => {
  test('[SDK-43] [SDK-44] arrive once, whole and in their order, however often the line breaks; texts overtake them', async () => {
    const follower = sdk.follow(chatId)
    await waitFor(() => follower.getSnapshot().status === 'live')
    proxy.weather({ upBytesPerSecond: 2_000_000 })
    const given = [randomBytes(700_000), randomBytes(0), randomBytes(300_000), randomBytes(5)]
    const [a = Buffer.alloc(0), b = Buffer.alloc(0), c = Buffer.alloc(0), d = Buffer.alloc(0)] = given
    const first = sdk.send(chatId, 'two files', { files: [fileOf(a, 'a.bin'), fileOf(b, 'b.bin')] })
    const second = sdk.send(chatId, '', { files: [fileOf(c, 'c.bin'), fileOf(d, 'd.bin')] })
    const text = await sdk.send(chatId, 'first of all')
    for (let cuts = 0; cuts < 4; cuts += 1) {
      const sentOf = () => follower.getSnapshot().pending.flatMap(({ files = [] }) => files.map(({ sent }) => sent))
      const before = sentOf().join()
      await waitFor(() => sentOf().join() !== before || sentOf().length === 0)
      proxy.cut()
    }
    const messages = [await first, await second]
    expect(messages.map(({ attachments = [] }) => attachments.map(({ name }) => name))).toEqual([
      ['a.bin', 'b.bin'],
      ['c.bin', 'd.bin'],
    ])
    expect((await Promise.all(messages.map(served))).flat()).toEqual(given.map(hashOf))
    const seqs = [text, ...messages].map(({ seq }) => seq)
    expect(seqs).toEqual(seqs.toSorted((one, other) => one - other))
    proxy.weather({ upBytesPerSecond: null })
    await waitFor(() => follower.getSnapshot().pending.length === 0)
    const { items } = await sdk.api.messages.list.query({ chatId, limit: 10 })
    expect(items).toHaveLength(3)
    follower.stop()
  })

  test('[SDK-43] what is said of an image goes along with it', async () => {
    const file = new Blob([Buffer.from(onePixel, 'base64')], { type: 'image/png' })
    const { attachments } = await sdk.send(chatId, '', { files: [{ file, name: 'night.png', alt: 'The night' }] })
    expect(attachments).toMatchObject([{ name: 'night.png', alt: 'The night', width: 1 }])
  })

  test('[SDK-46] a file that the server refuses fails the message, which then can be removed', async () => {
    const follower = sdk.follow(chatId)
    const file = new Blob([new Uint8Array(randomBytes(2_000))], { type: 'image/png' })
    follower.send('see', { files: [{ file, name: 'broken.png' }] })
    await waitFor(() => follower.getSnapshot().pending[0]?.code === 'unsupported_file')
    follower.discard(follower.getSnapshot().pending[0]?.clientMsgId ?? '')
    await waitFor(() => follower.getSnapshot().pending.length === 0)
    follower.stop()
  })
})
