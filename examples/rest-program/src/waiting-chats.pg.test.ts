import { readFile } from 'node:fs/promises'
import { uniqueId } from '@deskbell/testkit/factories'
import { startTestServer } from '@deskbell/testkit/test-server'
import openapiTS, { astToString } from 'openapi-typescript'
import { expect, test } from 'vitest'
import { type Chat, RefusedError, signIn, waitingChats } from './waiting-chats.ts'

test('[REST-8] the generated types match the OpenAPI document: run `pnpm docs:generate`', async () => {
  const document = await readFile(new URL('../../../packages/api/openapi.json', import.meta.url), 'utf8')
  const types = astToString(await openapiTS(document))
  const committed = await readFile(new URL('deskbell-api.ts', import.meta.url), 'utf8')
  expect(committed.slice(committed.indexOf('export interface'))).toBe(types)
})

test('[REST-8] a generated client signs in, sends, lists waiting chats, and gets the documented errors', async () => {
  await using server = await startTestServer()
  const email = `${uniqueId('client')}@example.test`
  const client = await signIn(server.url, { email, name: 'Ada', role: 'client' })
  const operator = await signIn(server.url, { email: 'reports@example.test', name: 'Reports', role: 'operator' })

  const created = await client.POST('/chats', { body: {} })
  const chatId = created.data?.chat.id ?? 0
  const path = { id: chatId }
  const sent = await client.POST('/chats/{id}/messages', {
    params: { path },
    body: { text: 'Hello?', clientMsgId: 'first' },
  })
  expect(sent.data?.message).toMatchObject({ chatId, text: 'Hello?', direction: 'in' })
  expect(await waiting()).toMatchObject([{ id: chatId, client: { name: 'Ada', email } }])

  await operator.POST('/chats/{id}/messages', { params: { path }, body: { text: 'Hello.', clientMsgId: 'answer' } })
  expect(await waiting()).toEqual([])
  const read = await client.GET('/chats/{id}/messages', { params: { path, query: { limit: 10 } } })
  expect(read.data?.items.map(({ text }) => text).toSorted()).toEqual(['Hello.', 'Hello?'])

  await operator.POST('/chats/{id}/close', { params: { path } })
  const late = await client.POST('/chats/{id}/messages', {
    params: { path },
    body: { text: 'Too late', clientMsgId: 'late' },
  })
  expect(late.error?.code).toBe('chat_closed')
  await expect(signIn(server.url, { email: 'no address', name: 'Ada', role: 'client' })).rejects.toThrow(RefusedError)

  async function waiting() {
    const chats: Chat[] = []
    for await (const chat of waitingChats(operator)) chats.push(chat)
    return chats
  }
})
