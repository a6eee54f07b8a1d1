import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { onlyWhere } from '@deskbell/testkit/only-where'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type RunningNginx, startNginx } from '../../src/proxies/start-nginx.ts'
import { tools } from '../../src/tools.ts'

/** Stands for a server behind nginx. Answers each request, also an upgrade, with its own name and the headers that arrived. */
async function startEcho(name: string): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => response.end(JSON.stringify({ name, headers: request.headers })))
  server.on('upgrade', (request, socket) => {
    socket.end(`HTTP/1.1 403 Forbidden\r\nx-name: ${name}\r\nx-arrived: ${request.headers['x-forwarded-for']}\r\n\r\n`)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('There is no port.')
  return { server, port: address.port }
}

describe('the ports of nginx', onlyWhere(tools.nginx, 'there is no nginx'), () => {
  let echoes: { server: Server; port: number }[]
  let nginx: RunningNginx

  beforeAll(async () => {
    echoes = await Promise.all([startEcho('api'), startEcho('live')])
    const [api, live] = echoes.map(({ port }) => port)
    nginx = await startNginx({ api: api ?? 0, live: live ?? 0 })
  })
  afterAll(async () => {
    await nginx[Symbol.asyncDispose]()
    for (const { server } of echoes) server.close().closeAllConnections()
  })

  const forged = {
    'x-forwarded-for': '6.6.6.6',
    'x-real-ip': '6.6.6.6',
    forwarded: 'for=6.6.6.6',
    'x-forwarded-proto': 'https',
  }

  /** Tries an upgrade, and returns who has refused it and whose address arrived there. */
  async function upgradeAt(port: number, path = '/'): Promise<unknown[]> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: forged })
    socket.on('error', () => undefined)
    const [request, response] = await once(socket, 'unexpected-response')
    request.destroy()
    return [response.headers['x-name'], response.headers['x-arrived']]
  }

  test('[HTTP-26] each replaces what a caller says about its address', async () => {
    for (const port of [nginx.port, nginx.apiPort, nginx.livePort]) {
      const { headers } = await (await fetch(`http://127.0.0.1:${port}/`, { headers: forged })).json()
      expect(headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' })
      expect(JSON.stringify(headers)).not.toContain('6.6.6.6')
    }
  })

  test('[HTTP-26] 8080 leads to the socket server, 9000 to the API server, and 80 to both', async () => {
    const nameAt = async (port: number) => (await (await fetch(`http://127.0.0.1:${port}/x`)).json()).name
    expect(await Promise.all([nginx.port, nginx.apiPort, nginx.livePort].map(nameAt))).toEqual(['api', 'api', 'live'])
    expect(await upgradeAt(nginx.port)).toEqual(['live', '127.0.0.1'])
    expect(await upgradeAt(nginx.livePort, '/trpc')).toEqual(['live', '127.0.0.1'])
  })

  test('[HTTP-26] an ordinary request at 8080 offers no upgrade', async () => {
    const { headers } = await (await fetch(`http://127.0.0.1:${nginx.livePort}/`)).json()
    expect(headers.upgrade).toBeUndefined()
    expect(headers.connection).not.toBe('upgrade')
  })
})
