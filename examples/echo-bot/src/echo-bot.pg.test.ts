import { type ChatId, createSdk, type Sdk } from '@deskbell/sdk'
import { uniqueId } from '@deskbell/testkit/factories'
import { startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EchoBot, startEchoBot } from './echo-bot.ts'

let server: TestServer
const open: Sdk[] = []

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(async () => {
  for (const sdk of open) sdk.close()
  await server.close()
})

function startBot(url = server.url): Promise<EchoBot> {
  return startEchoBot({ url, email: 'echo@example.test', name: 'Echo', log: () => {} })
}

async function visitor(): Promise<{ sdk: Sdk; chatId: ChatId }> {
  const sdk = createSdk({ url: server.url, role: 'client' })
  open.push(sdk)
  await sdk.login({ email: `${uniqueId('client')}@example.test`, name: 'A client', role: 'client' })
  const { chat } = await sdk.api.chats.create.mutate({})
  return { sdk, chatId: chat.id }
}

async function textsOf({ sdk, chatId }: { sdk: Sdk; chatId: ChatId }, direction: 'in' | 'out'): Promise<string[]> {
  const { items } = await sdk.api.messages.list.query({ chatId, limit: 200 })
  return items.filter((message) => message.direction === direction).map((message) => message.text)
}

async function expectEcho(chat: { sdk: Sdk; chatId: ChatId }, texts: readonly string[]): Promise<void> {
  const what = `${texts.length} answers`
  await waitFor(async () => (await textsOf(chat, 'out')).length >= texts.length, { timeoutMs: 20_000, what })
  expect(await textsOf(chat, 'out')).toEqual(texts)
}

test('[OPS-5] the bot takes an unassigned chat and answers each message once', async () => {
  await using _bot = await startBot()
  const chat = await visitor()
  for (const text of ['hello', 'are you there?', 'hello']) await chat.sdk.send(chat.chatId, text)
  await expectEcho(chat, ['hello', 'are you there?', 'hello'])
  const { chat: row } = await chat.sdk.api.chats.get.query({ chatId: chat.chatId })
  expect(row.operator?.name).toBe('Echo')
})

test('[OPS-5] messages sent while the bot was stopped are answered when it restarts, each once', async () => {
  const chat = await visitor()
  const first = await startBot()
  await chat.sdk.send(chat.chatId, 'one')
  await expectEcho(chat, ['one'])
  await first.stop()
  const missed = Array.from({ length: 70 }, (_, index) => `missed ${index}`)
  await Promise.all(missed.map((text) => chat.sdk.send(chat.chatId, text)))
  await using _second = await startBot()
  await expectEcho(chat, ['one', ...missed])
})

test('[OPS-5] more chats than a socket has streams are all answered', async () => {
  await using _bot = await startBot()
  const chats = await Promise.all(Array.from({ length: 20 }, visitor))
  for (const { sdk, chatId } of chats) await sdk.send(chatId, 'hello')
  for (const chat of chats) await expectEcho(chat, ['hello'])
  for (const { sdk, chatId } of chats) await sdk.send(chatId, 'again')
  for (const chat of chats) await expectEcho(chat, ['hello', 'again'])
})

test('[OPS-5] a connection that breaks while the bot answers loses and repeats no answer', async () => {
  await using line = await startFaultProxy(server.url)
  await using _bot = await startBot(line.url)
  const chat = await visitor()
  const texts = Array.from({ length: 30 }, (_, index) => `m${index}`)
  for (const [index, text] of texts.entries()) {
    await chat.sdk.send(chat.chatId, text)
    if (index % 10 === 9) line.cut()
  }
  await expectEcho(chat, texts)
})
