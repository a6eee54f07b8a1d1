import { once } from 'node:events'
import { connect } from 'node:net'
import { userUploadsMax } from '@deskbell/contract/limits'
import { startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import { createFileWorld, type FileWorld, randomFile } from '@deskbell/testkit/file-world'
import { announce, partType } from '@deskbell/testkit/probes/tus-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { Upload } from 'tus-js-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let server: TestServer
let world: FileWorld
beforeAll(async () => {
  server = await startTestServer({ requestTimes: { requestMs: 700 } })
  world = await createFileWorld(server)
})
afterAll(() => server?.close())

const idOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

async function offsetOf(path: string): Promise<number> {
  const head = await world.tus.call('HEAD', path, { token: world.client })
  return Number(head.headers.get('upload-offset'))
}

async function read(id: string): Promise<Buffer> {
  const headers = { authorization: `Bearer ${world.client}` }
  return Buffer.from(await (await fetch(`${server.url}/files/${id}`, { headers })).arrayBuffer())
}

type Sending = { path: string; offset: number; bytes: Uint8Array; length: number; token?: string }

/** Announces `length` bytes, sends `bytes` of them, and does not end the request. */
async function beginPatch({ path, offset, bytes, length, token = world.client }: Sending) {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  await once(socket, 'connect')
  const head = [
    `PATCH ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'tus-resumable: 1.0.0',
    `authorization: Bearer ${token}`,
    `upload-offset: ${offset}`,
    `content-type: ${partType}`,
    `content-length: ${length}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  socket.on('error', () => undefined).resume()
  socket.write(bytes)
  return socket
}

describe('cut uploads', () => {
  test('[FILE-3] a file that is cut off at a hundred random bytes arrives whole', async () => {
    const file = randomFile(2_000_000)
    const path = await world.tus.create(world.client, { chatId: world.chatId, name: 'tunnel.bin', bytes: file })
    let offset = 0
    for (let cuts = 0; cuts < 100; cuts += 1) {
      const bytes = file.slice(offset, offset + 1 + Math.floor(Math.random() * 19_000))
      const socket = await beginPatch({ path, offset, bytes, length: file.length - offset })
      await waitFor(() => socket.writableLength === 0)
      // A reset may overtake what the server has not read yet.
      if (cuts % 2 === 0) socket.resetAndDestroy()
      else socket.end()
      await waitFor(() => socket.closed)
      offset = await offsetOf(path)
    }
    await waitFor(async () => {
      const last = await world.tus.patch(path, { token: world.client, offset, bytes: file.slice(offset) })
      if (last.status === 409) offset = await offsetOf(path)
      return last.status === 204
    })
    await world.send(world.client, [idOf(path)])
    expect((await read(idOf(path))).equals(file)).toBe(true)
  })

  test('[FILE-3] every byte that came before the cut counts', async () => {
    const file = randomFile(900_000)
    const path = await world.tus.create(world.client, { chatId: world.chatId, bytes: file })
    const bytes = file.slice(0, 765_432)
    const socket = await beginPatch({ path, offset: 0, bytes, length: file.length })
    socket.end()
    await waitFor(async () => (await offsetOf(path)) === bytes.length)
  })

  test('[FILE-3] the stock client brings a file through a line that breaks again and again', async () => {
    await using proxy = await startFaultProxy(server.url)
    proxy.weather({ upBytesPerSecond: 1_500_000 })
    const file = Buffer.from(randomFile(3_000_000))
    const { resolve, reject, promise } = Promise.withResolvers<string>()
    let isDone = false
    const upload = new Upload(file, {
      endpoint: `${proxy.url}/api/uploads`,
      headers: { authorization: `Bearer ${world.client}` },
      metadata: { filename: 'photo.bin', filetype: '', chatId: String(world.chatId) },
      retryDelays: [0, 20, 20, 20, 20, 20],
      onError: reject,
      onSuccess: () => {
        isDone = true
        resolve(upload.url ?? '')
      },
    })
    upload.start()
    let cuts = 0
    // On a busy machine the line is looked at so rarely that the file is there before the fifth cut.
    while (cuts < 5 && !isDone) {
      const before = proxy.harm.trickledBytes
      await waitFor(() => isDone || proxy.harm.trickledBytes > before + 200_000)
      cuts += proxy.cut()
    }
    expect(cuts).toBeGreaterThan(0)
    const id = idOf(await promise)
    await world.send(world.client, [id])
    expect((await read(id)).equals(file)).toBe(true)
  })

  test('[FILE-3] whoever comes back while the old connection still hangs goes on at once', async () => {
    const file = randomFile(50_000)
    const path = await world.tus.create(world.client, { chatId: world.chatId, bytes: file })
    const hanging = await beginPatch({ path, offset: 0, bytes: file.slice(0, 30_000), length: file.length })
    const answer = await world.tus.patch(path, { token: world.client, offset: 0, bytes: file })
    expect(answer.status).toBe(204)
    hanging.destroy()
    await world.send(world.client, [idOf(path)])
    expect((await read(idOf(path))).equals(file)).toBe(true)
  })

  test('[FILE-19] a part may take longer than other requests, while bytes pass', async () => {
    const file = randomFile(40)
    const path = await world.tus.create(world.client, { chatId: world.chatId, bytes: file })
    let sent = 0
    const began = performance.now()
    const slowly = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await waitFor(() => performance.now() - began > (sent + 1) * 40)
        controller.enqueue(file.slice(sent, sent + 1))
        sent += 1
        if (sent === file.length) controller.close()
      },
    })
    const headers = { 'upload-offset': '0', 'content-type': partType }
    const answer = await world.tus.call('PATCH', path, { token: world.client, headers, body: slowly })
    expect([answer.status, performance.now() - began > 1_400]).toEqual([204, true])
  })

  test('[FILE-15] one user sends at most twenty parts at once, and is told to try again', async () => {
    const file = randomFile(10)
    const { tus, client, chatId } = await createFileWorld(server)
    const paths = await Promise.all(
      Array.from({ length: userUploadsMax + 1 }, () => tus.create(client, { chatId, bytes: file })),
    )
    const answers: { path: string; text: string }[] = []
    const sockets = await Promise.all(
      paths.map(async (path) => {
        const socket = await beginPatch({ path, offset: 0, bytes: file.slice(0, 1), length: 10, token: client })
        return socket.on('data', (data) => answers.push({ path, text: String(data) }))
      }),
    )
    await waitFor(() => answers.length > 0)
    const [refused, ...others] = answers
    expect(refused?.text).toMatch(/^HTTP\/1\.1 429 [\s\S]*retry-after: /i)
    expect(others).toEqual([])
    for (const socket of sockets) socket.destroy()
    const again = () => tus.patch(refused?.path ?? '', { token: client, offset: 0, bytes: file })
    await waitFor(async () => (await again()).status === 204)
  })

  test('[FILE-3] announced is not sent: an upload without a part ends at 0', async () => {
    const response = await world.tus.call('POST', '/api/uploads', {
      token: world.client,
      headers: announce({ chatId: world.chatId, bytes: randomFile(5) }),
    })
    expect(response.headers.get('upload-offset')).toBe('0')
  })
})
