import { randomBytes } from 'node:crypto'
import { fileBytesMax } from '@deskbell/contract/limits'
import { type FaultProxy, startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSdk, newId, type Sdk, toChatId } from '../index.ts'

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
  chatId = (await sdk.api.chats.create.mutate({})).chat.id
})
afterAll(async () => {
  sdk?.close()
  await proxy?.close()
  await server?.close()
})

function fileOf(bytes: Buffer, name = 'Отчёт №1.bin', type = ''): File {
  return new File([new Uint8Array(bytes)], name, { type })
}

/** Sends a message with the file, and returns what is served of it. */
async function stored(id: string): Promise<Buffer> {
  const input = { chatId, text: '', clientMsgId: newId(), uploadIds: [id] }
  const { message } = await sdk.api.messages.send.mutate(input)
  const [attachment] = message.attachments
  const headers = { authorization: `Bearer ${token}` }
  return Buffer.from(await (await fetch(`${server.url}${attachment?.url}`, { headers })).arrayBuffer())
}

describe('uploads of the SDK', () => {
  test('[SDK-42] a file arrives with its name, and its progress rises to its size', async () => {
    const bytes = randomBytes(1_500_000)
    const progress: number[] = []
    const id = await sdk.upload(chatId, fileOf(bytes), { onProgress: (sent) => progress.push(sent) })
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
    expect(progress.at(-1)).toBe(bytes.length)
    expect((await stored(id)).equals(bytes)).toBe(true)
    const { items } = await sdk.api.messages.list.query({ chatId, limit: 1 })
    expect(items[0]?.attachments).toMatchObject([{ name: 'Отчёт №1.bin', bytes: bytes.length }])
  })

  test('[SDK-42] it goes on where it ended, however often the line breaks, and while the server is away', async () => {
    const bytes = randomBytes(4_000_000)
    proxy.weather({ upBytesPerSecond: 4_000_000 })
    let sent = 0
    const uploading = sdk.upload(chatId, fileOf(bytes), {
      onProgress: (count) => {
        sent = count
      },
    })
    for (let cuts = 0; cuts < 5 && sent < bytes.length; cuts += 1) {
      const before = sent
      await waitFor(() => sent > before)
      proxy.cut()
    }
    proxy.target(null)
    proxy.cut()
    const refused = proxy.accepted()
    await waitFor(() => proxy.accepted() > refused + 1)
    proxy.target(server.url)
    const id = await uploading
    proxy.weather({ upBytesPerSecond: null })
    expect((await stored(id)).equals(bytes)).toBe(true)
  })

  test('[SDK-42] an empty file arrives too', async () => {
    expect(await stored(await sdk.upload(chatId, fileOf(Buffer.alloc(0))))).toHaveLength(0)
  })

  test('[SDK-42] an upload that has expired meanwhile begins anew', async () => {
    const bytes = randomBytes(1_200_000)
    let hasExpired = false
    let expired: Promise<unknown> = Promise.resolve()
    const id = await sdk.upload(chatId, fileOf(bytes), {
      onProgress: (sent) => {
        if (sent === 0 || hasExpired) return
        hasExpired = true
        // The next part finds nothing, so the program asks.
        expired = server.db.pool.query('delete from files where state = $1', ['receiving'])
        proxy.cut()
      },
    })
    await expired
    expect((await stored(id)).equals(bytes)).toBe(true)
  })

  test('[SDK-42] what the server refuses for good rejects with its code', async () => {
    const refused = async (file: File, chat = chatId) =>
      await sdk.upload(chat, file).catch((error: { code?: string }) => error.code)
    expect(await refused(fileOf(randomBytes(2_000), 'broken.png', 'image/png'))).toBe('unsupported_file')
    expect(await refused(fileOf(randomBytes(9)), toChatId(999_999))).toBe('not_found')
    expect(await refused(fileOf(Buffer.alloc(fileBytesMax + 1)))).toBe('too_large')
  })

  test('[SDK-42] whoever gives up ends the upload on the server too', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const uploading = sdk.upload(chatId, fileOf(randomBytes(3_000_000), 'left.bin'), {
      signal,
      onProgress: (sent) => sent > 0 && controller.abort(new Error('left')),
    })
    await expect(uploading).rejects.toThrow('left')
    await waitFor(async () => {
      const { rows } = await server.db.pool.query('select 1 from files where name = $1', ['left.bin'])
      return rows.length === 0
    })
  })
})
