import { messageIdSchema } from '@deskbell/contract/ids'
import { uniqueId } from '@deskbell/testkit/factories'
import { startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ChatFollower, createSdk, errorCode, type Sdk, SdkError } from '../index.ts'

let server: TestServer
const open: Sdk[] = []

beforeAll(async () => {
  server = await startTestServer()
})

afterEach(() => {
  for (const sdk of open.splice(0)) sdk.close()
})

afterAll(() => server.close())

async function signedIn(role: 'client' | 'operator', url = server.url): Promise<Sdk> {
  const sdk = createSdk({ url, role, random: () => 0.05 })
  open.push(sdk)
  await sdk.login({ email: `${uniqueId(role)}@example.test`, name: `A ${role}`, role })
  return sdk
}

async function talk(clientUrl?: string) {
  const [client, operator] = await Promise.all([signedIn('client', clientUrl), signedIn('operator')])
  const { chat } = await client.api.chats.create.mutate({})
  const [mine, theirs] = [client.follow(chat.id), operator.follow(chat.id)]
  for (const follower of [mine, theirs]) await until(follower, ({ status }) => status === 'live')
  return { client, operator, chatId: chat.id, mine, theirs }
}

async function until(follower: ChatFollower, holds: (timeline: ReturnType<ChatFollower['getSnapshot']>) => boolean) {
  await waitFor(() => holds(follower.getSnapshot()))
}

function texts(follower: ChatFollower): string[] {
  return follower.getSnapshot().entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message.text] : []))
}

describe('following a chat', () => {
  test('[SDK-19] what was delivered to the other side is marked, and the mark never goes back', async () => {
    const { client, chatId, mine, theirs } = await talk()
    const marks: number[] = []
    mine.subscribe(() => marks.push(mine.getSnapshot().delivered.operator))
    for (const text of ['one', 'two', 'three']) await client.send(chatId, text)
    await until(mine, ({ delivered }) => delivered.operator === 3)
    expect(marks).toEqual([...marks].sort((a, b) => a - b))
    expect(mine.getSnapshot().read.operator).toBe(0)
    theirs.markRead(2)
    await until(mine, ({ read }) => read.operator === 2)
    expect((await client.api.chats.page.query({ chatId })).delivered.operator).toBe(3)
  })

  test('[SDK-19] a mark that was lost with the connection is sent after the reconnect', async () => {
    await using proxy = await startFaultProxy(server.url)
    const { operator, chatId, theirs } = await talk(proxy.url)
    proxy.freeze()
    await operator.send(chatId, 'into the silence')
    proxy.cut()
    await until(theirs, ({ delivered }) => delivered.client === 1)
  })

  test('[SDK-17] typing is shown to the other side, until the message is there', async () => {
    const { mine, theirs } = await talk()
    mine.typing()
    await until(theirs, ({ typing }) => typing.length === 1)
    expect(theirs.getSnapshot().typing[0]?.role).toBe('client')
    expect(mine.getSnapshot().typing).toEqual([])
    mine.send('done')
    await waitFor(() => texts(theirs).length === 1, { what: 'the message' })
    expect(theirs.getSnapshot().typing).toEqual([])
  })

  test('[LIVE-15] each side sees whether the other is online', async () => {
    const { client, theirs } = await talk()
    const inbox = client.inbox()
    await until(theirs, ({ presence }) => presence?.online === true)
    await waitFor(() => inbox.getSnapshot().operatorsOnline === true, { what: 'operators' })
  })

  test('[MSG-14] [MSG-15] an edit and a retraction change what both sides show, and what is loaded later', async () => {
    const { client, operator, chatId, mine, theirs } = await talk()
    const sent = await client.send(chatId, 'a slip')
    await mine.edit(sent.id, 'corrected')
    await waitFor(() => texts(theirs)[0] === 'corrected' && texts(mine)[0] === 'corrected', { what: 'the edit' })
    await mine.retract(sent.id)
    await waitFor(() => texts(theirs)[0] === '' && texts(mine)[0] === '', { what: 'the retraction' })
    const page = await operator.api.chats.page.query({ chatId })
    expect(theirs.getSnapshot().entries).toEqual(page.entries)
    expect(mine.getSnapshot().entries).toEqual(page.entries)
    expect(JSON.stringify(theirs.getSnapshot())).not.toContain('corrected')
  })

  test('[MSG-16] a change that is not allowed is refused with its code', async () => {
    const { client, chatId, theirs } = await talk()
    const sent = await client.send(chatId, 'mine')
    const refused = await theirs.edit(sent.id, 'yours').catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(SdkError)
    expect(errorCode(refused)).toBe('not_editable')
    expect(await theirs.retract(messageIdSchema.parse(999_999)).catch(errorCode)).toBe('not_found')
  })
})
