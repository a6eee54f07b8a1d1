import { messageFragmentsMax } from '@deskbell/contract/limits'
import { openDeaf } from '@deskbell/testkit/probes/deaf-socket'
import { openRaw, signInByRest } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, test } from 'vitest'

let server: TestServer
let token: string

beforeAll(async () => {
  server = await startTestServer({ timings: { closeMs: 300 } })
  token = (await signInByRest(server.url, 'client')).token
})
afterAll(() => server.close())

const me = (id: number | string) => ({ id, method: 'query', params: { path: 'users.me' } })
const unfinished = { fin: false }

test('[SOCK-30] a message in as many fragments as are allowed is served, and in one more closes its socket with 1008', async () => {
  await using socket = await openRaw(server.wsUrl, { token })
  const call = JSON.stringify(me(1)).padEnd(messageFragmentsMax)
  for (let place = 0; place < messageFragmentsMax; place += 1)
    socket.ws.send(call.charAt(place), { fin: place === messageFragmentsMax - 1 })
  await socket.frame((frame) => JSON.stringify(frame).includes('"result"'))
  for (let place = 0; place <= messageFragmentsMax; place += 1) socket.ws.send(' ', unfinished)
  expect(await socket.closed()).toBe(1008)
})

test('[SOCK-30] a million fragments are not kept, also of a socket that has not signed in, and neighbours are served', async () => {
  await using neighbour = await openRaw(server.wsUrl, { token })
  await using stranger = await openRaw(server.wsUrl, { path: '/?connectionParams=1' })
  for (let nth = 0; nth < 1_000_000 && stranger.closeCode() === null; nth += 1) {
    stranger.ws.send('', unfinished)
    if (nth % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await stranger.closed()).toBe(1008)
  neighbour.send(me(1))
  await neighbour.frame((frame) => JSON.stringify(frame).includes('"result"'))
})

test('[SOCK-30] a frame that arrives in thousands of pieces closes its socket', async () => {
  using socket = await openDeaf(server.url, token)
  const before = server.openSockets()
  // The header announces 64 KB.
  socket.connection.setNoDelay().write(Buffer.from([0x81, 0x80 | 126, 0xff, 0xff, 0, 0, 0, 0]))
  let sent = 0
  for (; sent < 60_000 && server.openSockets() === before; sent += 1) {
    socket.connection.write(' ')
    await new Promise((resolve) => setImmediate(resolve))
  }
  await waitFor(() => server.openSockets() < before)
})

/** Opens a socket whose sign-in by the first frame waits for a lock until `release`. */
async function openHeld() {
  const holder = await server.db.pool.connect()
  await holder.query('begin')
  await holder.query('lock table sessions in access exclusive mode')
  const socket = await openRaw(server.wsUrl, { path: '/?connectionParams=1' })
  socket.send({ method: 'connectionParams', data: { token } })
  const release = async () => {
    await holder.query('rollback')
    holder.release()
  }
  return { socket, release }
}

test('[SOCK-30] during a sign-in by the first frame nothing more is read', async () => {
  const { socket, release } = await openHeld()
  // More than the buffers of the system take.
  for (let nth = 0; nth < 100; nth += 1) socket.send({ ...me(nth), padding: 'x'.repeat(200_000) })
  socket.send('broken')
  // Had the server read the broken frame, it would have closed the socket with 4400. The sign-in ends at its deadline.
  expect(await socket.closed()).toBe(1012)
  expect(socket.frames).toMatchObject([{ id: null, error: { data: { code: 'unavailable' } } }])
  await release()
})

test('[SOCK-30] calls that are sent during a sign-in by the first frame are answered after it, and later ones too', async () => {
  const { socket, release } = await openHeld()
  for (let nth = 0; nth < 10; nth += 1) socket.send(me(nth))
  await release()
  const answered = () => socket.frames.filter((frame) => JSON.stringify(frame).includes('"result"')).length
  await waitFor(() => answered() === 10)
  socket.send(me(10))
  await waitFor(() => answered() === 11)
  await socket[Symbol.asyncDispose]()
})
