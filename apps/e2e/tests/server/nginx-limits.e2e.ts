import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { freePort } from '@deskbell/testkit/free-port'
import { onlyWhere } from '@deskbell/testkit/only-where'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningNginx, startNginx } from '../../src/proxies/start-nginx.ts'
import { tools } from '../../src/tools.ts'

const connectionsMax = 2_000
const burst = 5_000
/** nginx gives a server two seconds to accept a connection. */
const atOnce = 100
const held: ServerResponse[] = []

/** Stands for the servers: leaves requests for `/held` unanswered. */
const server = createServer((request, response) => {
  if (request.url === '/held') held.push(response)
  else response.end('served')
})

type Line = { connection: Socket; answers: (status: number) => number; text: () => string }

async function open(port: number): Promise<Line> {
  const connection = connect(port, '127.0.0.1')
  let text = ''
  connection.setEncoding('latin1').on('data', (piece: string) => (text += piece))
  connection.on('error', () => undefined)
  await once(connection, 'connect')
  return { connection, answers: (status) => text.split(`HTTP/1.1 ${status} `).length - 1, text: () => text }
}

const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

describe('the limits of nginx', onlyWhere(tools.nginx, 'there is no nginx'), () => {
  let nginx: RunningNginx

  beforeAll(async () => {
    // More than are opened at once: nginx would give up on one that has to be opened again.
    await once(server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }), 'listening')
    const address = server.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    nginx = await startNginx({ api: port, live: port })
  })
  afterAll(async () => {
    await nginx[Symbol.asyncDispose]()
    server.close().closeAllConnections()
  })

  test('[HTTP-32] of one address 2,000 requests are in progress, and the next is 429 until one has ended', async () => {
    const lines = await Promise.all(Array.from({ length: connectionsMax }, () => open(nginx.port)))
    for (let asked = 0; asked < connectionsMax; asked += atOnce) {
      for (const { connection } of lines.slice(asked, asked + atOnce)) connection.write(ask('/held'))
      await waitFor(() => held.length === asked + atOnce, { what: 'all are in progress', timeoutMs: 30_000 })
    }
    const next = await fetch(`${nginx.url.replace('localhost', '127.0.0.1')}/x`)
    expect([next.status, next.headers.get('retry-after')]).toEqual([429, '1'])
    expect(await next.json()).toMatchObject({ code: 'rate_limited', status: 429 })
    held.pop()?.end()
    await expect.poll(async () => (await fetch(`http://127.0.0.1:${nginx.port}/x`)).status).toBe(200)
    for (const { connection } of lines) connection.destroy()
    for (const response of held.splice(0)) response.destroy()
  })

  test('[HTTP-32] of one address about 5,000 requests are served at once, and more are 429', async () => {
    const each = 1_000
    // Without servers nginx answers at once, so that the rate does not depend on them: 503 is what it lets through.
    await using alone = await startNginx({ api: await freePort(), live: await freePort() })
    const lines = await Promise.all(Array.from({ length: 12 }, () => open(alone.livePort)))
    const startedAt = performance.now()
    for (const { connection } of lines) connection.write(ask('/x').repeat(each))
    const counted = (status: number) => lines.reduce((sum, { answers }) => sum + answers(status), 0)
    await waitFor(() => counted(503) + counted(429) === lines.length * each, { timeoutMs: 60_000 })
    const seconds = (performance.now() - startedAt) / 1_000
    expect(counted(503)).toBeLessThanOrEqual(burst + 1 + Math.ceil(seconds * 500))
    expect(counted(503)).toBeGreaterThan(burst / 2)
    expect(counted(429)).toBeGreaterThan(0)
    for (const { connection } of lines) connection.destroy()
  })
})
