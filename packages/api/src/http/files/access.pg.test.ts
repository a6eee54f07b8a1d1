import type { ChatId } from '@deskbell/contract/ids'
import type { LoginOutput } from '@deskbell/contract/users'
import { retractMessage } from '@deskbell/core/messages/retract-message'
import { sendMessage } from '@deskbell/core/messages/send-message'
import { actorOf, type Member, newGuest, newKey, newMember, newOutsiders, setUpAdmin } from '@deskbell/testkit/accounts'
import { newChat, uniqueId } from '@deskbell/testkit/factories'
import { createTusProbe } from '@deskbell/testkit/probes/tus-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let server: TestServer
let admin: Member
let owner: LoginOutput
let chatId: ChatId
let photo: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  server = await startTestServer({ authMode: 'secure', publicUrl: 'http://127.0.0.1' })
  admin = await setUpAdmin(server.core)
  owner = await newGuest(server.core)
  chatId = (await newChat(server.core, await actorOf(server.core, owner))).id
  const picture = sharp({ create: { width: 30, height: 20, channels: 3, background: '#4a8' } })
  photo = new Uint8Array(await picture.png().toBuffer())
})
afterAll(() => server?.close())

/** The tokens of everybody, by who they are. Null: nobody is signed in. */
async function everybody(): Promise<Record<string, string | null>> {
  const { core } = server
  return {
    owner: owner.token,
    'another guest': (await newGuest(core)).token,
    operator: (await newMember(core, admin)).token,
    admin: admin.token,
    'a program that reads': await newKey(core, admin, 'read'),
    ...(await newOutsiders(core, admin)),
  }
}

async function statuses(id: string): Promise<Record<string, string>> {
  const seen: Record<string, string> = {}
  for (const [who, token] of Object.entries(await everybody())) {
    const headers = token === null ? undefined : { authorization: `Bearer ${token}` }
    const urls = [`/files/${id}`, `/files/${id}/thumbnail`, `/files/${id}?role=operator`]
    const answers = await Promise.all(
      urls.map((url) => fetch(server.url + url, headers === undefined ? {} : { headers })),
    )
    seen[who] = [...new Set(answers.map(({ status }) => status))].join(' and ')
  }
  return seen
}

const strangers = {
  'another guest': '404',
  'a disabled operator': '401',
  'who has signed out': '401',
  'an invented token': '401',
  nobody: '401',
}

describe('the URLs of a file', () => {
  test('[FILE-12] N68: are served to those who see the chat, for as long as the message is there', async () => {
    const { core } = server
    const id = await createTusProbe(server.url).upload(owner.token, {
      ...{ chatId, name: 'a.png', type: 'image/png', bytes: photo },
    })
    const found = { owner: '200', operator: '200', admin: '200', 'a program that reads': '200' }
    const missing = { owner: '404', operator: '404', admin: '404', 'a program that reads': '404' }
    expect(await statuses(id)).toEqual({ ...missing, ...strangers })
    const actor = await actorOf(core, owner)
    const { message } = await sendMessage(core, actor, { chatId, text: '', clientMsgId: 'photo', uploadIds: [id] })
    expect(await statuses(id)).toEqual({ ...found, ...strangers })
    await retractMessage(core, actor, { chatId, messageId: message.id })
    expect(await statuses(id)).toEqual({ ...missing, ...strangers })
  })

  test('[FILE-12] neighbours of an id do not exist', async () => {
    const id = await createTusProbe(server.url).upload(owner.token, { chatId, bytes: photo })
    await sendMessage(server.core, await actorOf(server.core, owner), {
      ...{ chatId, text: '', clientMsgId: uniqueId('m'), uploadIds: [id] },
    })
    const neighbours = [
      id.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
      id.slice(1),
      `${id}0`,
      id.toUpperCase(),
    ]
    for (const each of neighbours.filter((other) => other !== id)) {
      const headers = { authorization: `Bearer ${admin.token}` }
      expect((await fetch(`${server.url}/files/${each}`, { headers })).status).toBe(404)
    }
  })
})
