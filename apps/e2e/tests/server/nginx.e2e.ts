import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { encoded, sampleImage } from '@deskbell/files/testing/sample-images'
import { createSdk, type Sdk } from '@deskbell/sdk'
import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { onlyWhere } from '@deskbell/testkit/only-where'
import { createTusProbe, partType } from '@deskbell/testkit/probes/tus-probe'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { uploadByStockClient } from '../../src/programs/stock-upload.ts'
import { type RunningNginx, startNginx } from '../../src/proxies/start-nginx.ts'
import { type RunningServer, startServer } from '../../src/start-server.ts'
import { tools } from '../../src/tools.ts'

describe('behind nginx', onlyWhere(tools.nginx, 'there is no nginx'), () => {
  const parts: AsyncDisposable[] = []
  let database: FreshDatabase
  let api: RunningServer
  let live: RunningServer
  let nginx: RunningNginx

  beforeAll(async () => {
    database = await freshDatabase()
    parts.push(database)
    const env = { DATABASE_URL: database.connectionString, BUS: 'postgres', TRUST_PROXY: 'yes', ALLOW_OPEN_AUTH: 'yes' }
    const start = async (role: string) => {
      const server = await startServer({ env: { ...env, ROLE: role } })
      parts.push(server)
      return server
    }
    ;[api, live] = await Promise.all([start('api'), start('live')])
    nginx = await startNginx({ api: api.port, live: live.port })
    parts.push(nginx)
  })

  afterAll(async () => {
    for (const part of parts.reverse()) await part[Symbol.asyncDispose]()
  })

  async function signIn(role: 'client' | 'operator'): Promise<{ sdk: Sdk; token: string }> {
    const sdk = createSdk({ url: nginx.url, role })
    const { token } = await sdk.login({ email: `${role}@example.com`, name: `The ${role}`, role })
    parts.push({ [Symbol.asyncDispose]: async () => sdk.close() })
    return { sdk, token }
  }

  async function rest(path: string, token: string, body?: object): Promise<Response> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const init = body ? { method: 'POST', body: JSON.stringify(body) } : {}
    return await fetch(`${nginx.url}/api${path}`, { ...init, headers })
  }

  test('[OPS-2] pages have the content security policy of the server, and the `server` header has no version', async () => {
    for (const path of ['/', '/login', '/login-operator']) {
      const response = await fetch(nginx.url + path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toContain('text/html')
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(response.headers.get('server')).toBe('nginx')
    }
  })

  test('[OPS-2] [OPS-4] a chat over REST and sockets works through both processes, until it is closed', async () => {
    const client = await signIn('client')
    const operator = await signIn('operator')
    const created = await rest('/chats', client.token, {})
    expect(created.status).toBe(201)
    const { chat } = await created.json()

    const operatorSees = operator.sdk.follow(chat.id)
    const clientSees = client.sdk.follow(chat.id)
    const texts = (follower: typeof operatorSees) =>
      follower.getSnapshot().entries.map((entry) => entry.kind === 'message' && entry.message.text)
    await waitFor(() => [operatorSees, clientSees].every((follower) => follower.getSnapshot().status === 'live'))

    // The API process stores the message, and the other process delivers it over its sockets.
    const sent = await rest(`/chats/${chat.id}/messages`, client.token, { text: 'Hello?', clientMsgId: 'hello' })
    expect(sent.status).toBe(201)
    await waitFor(() => texts(operatorSees).includes('Hello?'))
    operatorSees.send('How can I help?')
    await waitFor(() => texts(clientSees).includes('How can I help?'))

    const closed = await rest(`/chats/${chat.id}/close`, operator.token, {})
    expect(closed.status).toBe(200)
    await waitFor(() => clientSees.getSnapshot().chatStatus === 'closed')
    const refused = await rest(`/chats/${chat.id}/messages`, client.token, { text: 'Wait', clientMsgId: 'wait' })
    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({ code: 'chat_closed' })
  })

  test.for(['/', '/trpc'])('[OPS-2] a WebSocket opens at %s', async (path) => {
    const { token } = await signIn('operator')
    const socket = new WebSocket(`ws://localhost:${nginx.port}${path}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    await once(socket, 'open')
    socket.send(JSON.stringify({ id: 1, method: 'query', params: { path: 'users.me' } }))
    const [answer] = await once(socket, 'message')
    expect(String(answer)).toContain('operator@example.com')
    socket.close()
  })

  test('[OPS-2] a WebSocket at any other path is refused', async () => {
    const socket = new WebSocket(`ws://localhost:${nginx.port}/api/users/me`)
    const [error] = await once(socket, 'error')
    expect(String(error)).toMatch(/Unexpected server response: 4\d\d/)
  })

  test('[OPS-2] a body that is too large is refused with 413 and a JSON problem', async () => {
    const { token } = await signIn('client')
    for (const bytes of [300_000, 2_000_000]) {
      const response = await rest('/chats', token, { clientChatId: 'x'.repeat(bytes) })
      expect(response.status).toBe(413)
      expect(response.headers.get('content-type')).toContain('application/problem+json')
      expect(await response.json()).toMatchObject({ code: 'too_large' })
    }
  })

  test('[FILE-1] [FILE-3] a file comes through nginx, and what came before a cut counts', async () => {
    const { token } = await signIn('client')
    const { chat } = await (await rest('/chats', token, {})).json()
    const bytes = randomBytes(9_000_000)
    const id = await uploadByStockClient({ url: nginx.url, token, chatId: chat.id, bytes })
    const sent = await rest(`/chats/${chat.id}/messages`, token, { text: '', clientMsgId: id, uploadIds: [id] })
    expect(sent.status).toBe(201)
    const stored = await fetch(`${nginx.url}/files/${id}`, { headers: { authorization: `Bearer ${token}` } })
    expect(Buffer.from(await stored.arrayBuffer()).equals(bytes)).toBe(true)

    const tus = createTusProbe(nginx.url)
    const path = await tus.create(token, { chatId: chat.id, bytes: new Uint8Array(bytes) })
    const socket = connect(nginx.port, '127.0.0.1').on('error', () => undefined)
    const head = [
      `PATCH ${path} HTTP/1.1`,
      ...[`host: localhost:${nginx.port}`, 'tus-resumable: 1.0.0', `authorization: Bearer ${token}`],
      ...['upload-offset: 0', `content-type: ${partType}`, `content-length: ${bytes.length}`],
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    socket.write(bytes.subarray(0, 2_000_000))
    await waitFor(() => socket.writableLength === 0)
    socket.resetAndDestroy()
    await waitFor(async () => {
      const { headers } = await tus.call('HEAD', path, { token })
      return Number(headers.get('upload-offset')) > 0
    })
  })

  test('[FILE-50] a picture of nearly 5 MiB comes through nginx, and a larger one is refused by a JSON problem', async () => {
    const { sdk, token } = await signIn('operator')
    const image = await encoded(sampleImage(), 'image/png')
    // What follows the end of an image is not read.
    const large = Buffer.concat([image, Buffer.alloc(5 * 1024 * 1024 - image.length)])
    const { avatarUrl } = await sdk.setAvatar(new Blob([new Uint8Array(large)]))
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(`${nginx.url}${avatarUrl}`, { headers })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/webp'])
    expect((await fetch(`${nginx.url}${avatarUrl}`)).status).toBe(401)
    await expect(sdk.setAvatar(new Blob([new Uint8Array(7_000_000)]))).rejects.toMatchObject({ code: 'too_large' })
  })

  test('[HTTP-15] N39: other spellings of an address redirect to it, but never to another host', async () => {
    for (const [path, canonical] of [
      ['/login/?next=%2F', '/login?next=%2F'],
      ['/Login', '/login'],
      ['//login', '/login'],
      ['/chats/2/', '/chats/2'],
    ]) {
      const response = await fetch(nginx.url + path, { redirect: 'manual' })
      expect([path, response.status, response.headers.get('location')]).toEqual([path, 308, canonical])
    }
    expect((await fetch(`${nginx.url}//evil.test/`, { redirect: 'manual' })).status).toBe(404)
  })

  test('[HTTP-11] [HTTP-12] [HTTP-14] unusual hosts, targets, upgrades and headers get the documented status', async () => {
    const ask = (lines: string[]) => rawStatus(nginx.port, lines)
    expect(await ask(['GET /readyz HTTP/1.0'])).toBe(200)
    expect(await ask(['GET /readyz HTTP/1.1', 'Host: 10.1.2.3'])).toBe(200)
    expect(await ask(['GET http://localhost/login HTTP/1.1', 'Host: localhost'])).toBe(200)
    expect(await ask(['GET http://evil.example/login HTTP/1.1', 'Host: localhost'])).toBe(403)
    expect(await ask(['GET /login HTTP/1.1', 'Host: localhost', 'Host: localhost'])).toBe(400)
    expect(await ask(['GET /login HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: h2c'])).toBe(200)
    expect(await ask(['GET /login HTTP/1.1', 'Host: localhost', `Cookie: x=${'y'.repeat(40_000)}`])).toBe(431)
  })

  test('[OPS-2] the access log contains no query and no header', async () => {
    await fetch(`${nginx.url}/api/users/me?secret=hunter2`, { headers: { authorization: 'Bearer hunter3' } })
    const log = await waitFor(async () => /.*\/api\/users\/me.*/.exec(await nginx.accessLog())?.[0])
    expect(log).toContain('"GET /api/users/me"')
    expect(await nginx.accessLog()).not.toMatch(/hunter/)
  })

  test('[OPS-2] a foreign X-Forwarded-Host is ignored, and a foreign Host is refused', async () => {
    const response = await fetch(`${nginx.url}/healthz`, { headers: { 'x-forwarded-host': 'evil.example' } })
    expect(response.status).toBe(200)
    expect(await rawStatus(nginx.port, ['GET /login HTTP/1.1', 'Host: evil.example'])).toBe(403)
  })

  test('[OPS-2] nginx answers 503 `unavailable` while the API process is down, and recovers when it is back', async () => {
    const { token } = await signIn('client')
    await api.kill()
    const response = await rest('/users/me', token)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ code: 'unavailable' })
    await api.restart()
    await waitFor(async () => (await rest('/users/me', token)).ok)
  })
})

/** Sends these lines as a request. Returns the status of the answer. */
async function rawStatus(port: number, lines: string[]): Promise<number> {
  const socket = connect(port, 'localhost')
  let answer = ''
  socket.on('data', (chunk) => (answer += String(chunk)))
  socket.on('error', () => undefined)
  socket.write([...lines, '', ''].join('\r\n'))
  await waitFor(() => /^HTTP\/1\.[01] \d{3}/.test(answer))
  socket.destroy()
  return Number(answer.split(' ')[1])
}
