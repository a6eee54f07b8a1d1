import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { CuttingFetch } from './cutting-fetch.ts'

const bytes = new Uint8Array(100_000).fill(7)

/** A server that counts what arrives of bodies, and says in answers that it has kept all of it. */
async function startCounter() {
  let received = 0
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    request.on('error', () => undefined)
    if (request.method === 'HEAD') response.setHeader('upload-offset', String(received)).end()
    else request.on('end', () => response.setHeader('upload-offset', String(received)).writeHead(204).end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stop = () => void server.close()
  return { url: `http://127.0.0.1:${port}/api/uploads/1`, received: () => received, [Symbol.dispose]: stop }
}

function part(offset: number): RequestInit {
  return { method: 'PATCH', headers: { 'upload-offset': String(offset) }, body: new Blob([bytes.slice(offset)]) }
}

test('[CHECK-12] a part is cut off in the middle, and the server that has its beginning proves it', async () => {
  using server = await startCounter()
  const cutting = new CuttingFetch(() => 0.3)
  await expect(cutting.fetch(server.url, part(0))).rejects.toThrow(TypeError)
  expect(cutting.takeCuts()).toEqual({ inflicted: 1, seen: 0 })
  await expect.poll(server.received).toBe(30_000)
  const { headers } = await cutting.fetch(server.url, { method: 'HEAD' })
  expect(headers.get('upload-offset')).toBe('30000')
  expect(cutting.takeCuts()).toEqual({ inflicted: 0, seen: 1 })
})

test('[CHECK-12] a cut of which nothing arrived is not seen', async () => {
  const none = createServer((_request, response) => void response.setHeader('upload-offset', '0').end())
  none.listen(0, '127.0.0.1')
  await once(none, 'listening')
  const { port } = none.address() as AddressInfo
  const cutting = new CuttingFetch(() => 0)
  const url = `http://127.0.0.1:${port}/api/uploads/1`
  await expect(cutting.fetch(url, part(0))).rejects.toThrow(TypeError)
  await cutting.fetch(url, { method: 'HEAD' })
  expect(cutting.takeCuts()).toEqual({ inflicted: 1, seen: 0 })
  none.close()
})

test('[CHECK-12] most parts, and all other requests, pass as they are', async () => {
  using server = await startCounter()
  const cutting = new CuttingFetch(() => 0.9)
  const { status } = await cutting.fetch(server.url, part(0))
  expect([status, server.received()]).toEqual([204, bytes.length])
  await cutting.fetch(server.url, { method: 'HEAD' })
  expect(cutting.takeCuts()).toEqual({ inflicted: 0, seen: 0 })
})
