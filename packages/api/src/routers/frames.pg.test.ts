import { assignOperator } from '@deskbell/core/chats/changes/assign-operator'
import { closeChat } from '@deskbell/core/chats/changes/close-chat'
import { releaseChat } from '@deskbell/core/chats/changes/release-chat'
import { markRead } from '@deskbell/core/chats/marks/mark-read'
import { typeInChat } from '@deskbell/core/presence/type-in-chat'
import { newChat, sendText, signIn } from '@deskbell/testkit/factories'
import { openRaw, type RawSocket } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeProcedures } from '../describe-procedures.ts'
import { appRouter } from '../router.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

const dataSchema = z.object({
  id: z.number(),
  result: z.object({ data: z.object({ id: z.string().min(3), data: z.looseObject({ t: z.string() }) }) }),
})
type Frame = { id: string; data: { t: string } }

function framesOf(socket: RawSocket, call: number): Frame[] {
  return socket.frames.flatMap((frame) => {
    const parsed = dataSchema.safeParse(frame)
    return parsed.success && parsed.data.id === call ? [parsed.data.result.data] : []
  })
}

function frameSchema(name: string): z.ZodType {
  const schema = describeProcedures(appRouter).find((procedure) => procedure.name === name)?.meta.frame
  if (schema === undefined) throw new Error(`${name} has no frame schema`)
  return schema
}

/** Makes a chat go through its life, and returns the frames that a user of the role receives. */
async function liveThrough(role: 'client' | 'operator'): Promise<{ chat: Frame[]; inbox: Frame[] }> {
  const { core } = server
  const [client, operator] = [await signIn(core, 'client'), await signIn(core, 'operator')]
  const { id: chatId } = await newChat(core, client.actor)
  await using socket = await openRaw(server.wsUrl, { token: role === 'client' ? client.token : operator.token })
  socket.send({ id: 1, method: 'subscription', params: { path: 'chats.events', input: { chatId } } })
  socket.send({ id: 2, method: 'subscription', params: { path: 'inbox.events' } })
  await waitFor(() => [1, 2].every((call) => framesOf(socket, call).some(({ data }) => data.t === 'live')))
  await sendText(core, client.actor, { chatId })
  await assignOperator(core, operator.actor, { chatId })
  await sendText(core, operator.actor, { chatId })
  await markRead(core, client.actor, { chatId, seq: 3 })
  await typeInChat(core, (role === 'client' ? operator : client).actor, { chatId })
  await waitFor(() => [...framesOf(socket, 1), ...framesOf(socket, 2)].some(({ data }) => data.t === 'presence'))
  await waitFor(() => framesOf(socket, 1).some(({ data }) => data.t === 'typing'))
  await releaseChat(core, operator.actor, { chatId })
  await closeChat(core, operator.actor, { chatId })
  const sees = (call: number, text: string) => JSON.stringify(framesOf(socket, call)).includes(text)
  await waitFor(() => sees(1, '"kind":"closed"') && sees(1, '"t":"rcpt"') && sees(2, '"status":"closed"'))
  await waitFor(() => framesOf(socket, 2).some(({ data }) => data.t === 'counts'))
  return { chat: framesOf(socket, 1), inbox: framesOf(socket, 2) }
}

describe('the frames of a stream', () => {
  it.each(['client', 'operator'] as const)(
    '[LIVE-3] for the %s have unique ids and no field that their schema lacks, and are of all kinds',
    async (role) => {
      const { chat, inbox } = await liveThrough(role)
      for (const [name, frames] of [['chats.events', chat] as const, ['inbox.events', inbox] as const]) {
        const schema = frameSchema(name)
        // Equal after parsing, because parsing removes fields that the schema lacks.
        for (const { data } of frames) expect(schema.parse(data)).toEqual(data)
        expect(new Set(frames.map(({ id }) => id)).size).toBe(frames.length)
      }
      const isClient = role === 'client'
      const [ofChats, ofInboxes] = [isClient ? [] : ['presence'], isClient ? ['presence'] : []]
      expect(new Set(chat.map(({ data }) => data.t))).toEqual(new Set(['ev', 'live', 'rcpt', 'typing', ...ofChats]))
      expect(new Set(inbox.map(({ data }) => data.t))).toEqual(new Set(['upsert', 'counts', 'live', ...ofInboxes]))
    },
  )

  it('[AUTH-12] for a client contain no email of an operator', async () => {
    const { chat, inbox } = await liveThrough('client')
    expect(JSON.stringify([chat, inbox])).not.toMatch(/operator-[0-9a-f]+@example\.test/)
  })
})
