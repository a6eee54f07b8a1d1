import { openRaw, signInByRest, stockClient } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { watchWrites } from '@deskbell/testkit/watch-writes'
import { afterAll, beforeAll, expect, test } from 'vitest'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

test('[LIVE-22] the answer to a sender and its own message on the same socket leave in one write', async () => {
  const { token } = await signInByRest(server.url, 'client')
  using stock = stockClient(server.wsUrl, token)
  const chatId = (await stock.client.chats.create.mutate({})).chat.id
  await using socket = await openRaw(server.wsUrl, { token })
  socket.send(JSON.stringify({ id: 1, method: 'subscription', params: { path: 'chats.events', input: { chatId } } }))
  await waitFor(() => JSON.stringify(socket.frames).includes('"t":"live"'))
  using watched = watchWrites()
  const input = { chatId, text: 'hello', clientMsgId: 'once' }
  socket.send(JSON.stringify({ id: 77, method: 'mutation', params: { path: 'messages.send', input } }))
  await waitFor(
    () => JSON.stringify(socket.frames).includes('"t":"ev"') && JSON.stringify(socket.frames).includes('"id":77'),
  )
  const [answer, own] = ['"id":77', '"t":"ev"'].map((sign) => watched.writes.filter((write) => write.includes(sign)))
  expect(answer).toHaveLength(1)
  expect(own).toEqual(answer)
})
