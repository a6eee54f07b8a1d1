import type { LoginOutput, User } from '@deskbell/contract/users'
import { type Member, newGuest, newKey, newMember, newOutsiders, setUpAdmin } from '@deskbell/testkit/accounts'
import { uniqueId } from '@deskbell/testkit/factories'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let server: TestServer
let admin: Member
let guest: LoginOutput
/** The tokens of everybody, by who they are. Null: nobody is signed in. */
let everybody: Record<string, string | null>
let photo: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  server = await startTestServer({ authMode: 'secure', publicUrl: 'http://127.0.0.1' })
  const { core } = server
  admin = await setUpAdmin(core)
  guest = await newGuest(core)
  everybody = {
    admin: admin.token,
    'another operator': (await newMember(core, admin)).token,
    'a program that reads': await newKey(core, admin, 'read'),
    'a program that sends': await newKey(core, admin, 'send'),
    'a program that manages': await newKey(core, admin, 'manage'),
    'a client': guest.token,
    'another client': (await newGuest(core)).token,
    ...(await newOutsiders(core, admin)),
  }
  const picture = sharp({ create: { width: 30, height: 20, channels: 3, background: '#4a8' } })
  photo = new Uint8Array(await picture.png().toBuffer())
})
afterAll(() => server?.close())

async function statuses(path: string, options: RequestInit = {}): Promise<Record<string, number>> {
  const seen: Record<string, number> = {}
  for (const [who, token] of Object.entries(everybody)) {
    const headers = { ...options.headers, ...(token !== null && { authorization: `Bearer ${token}` }) }
    seen[who] = (await fetch(server.url + path, { ...options, headers })).status
  }
  return seen
}

const strangers = { 'a disabled operator': 401, 'who has signed out': 401, 'an invented token': 401, nobody: 401 }
const programs = (read: number, send: number, manage: number) => ({
  'a program that reads': read,
  'a program that sends': send,
  'a program that manages': manage,
})

describe('who may do what with pictures', () => {
  test('[FILE-52] the picture of an operator is for everybody who is signed in, until it is taken away', async () => {
    const headers = { authorization: `Bearer ${admin.token}`, 'content-type': 'image/png' }
    const own = `${server.url}/api/users/me/avatar`
    const response = await fetch(own, { method: 'PUT', headers, body: photo })
    const { user } = (await response.json()) as { user: User }
    const path = user.avatarUrl ?? ''
    const operators = { admin: 200, 'another operator': 200, ...programs(200, 200, 200) }
    expect(await statuses(path)).toEqual({ ...operators, 'a client': 200, 'another client': 200, ...strangers })
    await fetch(own, { method: 'DELETE', headers })
    const missing = { admin: 404, 'another operator': 404, ...programs(404, 404, 404) }
    expect(await statuses(path)).toEqual({ ...missing, 'a client': 404, 'another client': 404, ...strangers })
  })

  test('[FILE-52] the picture of a client is for operators and for itself', async () => {
    const { files, avatars, db } = server.core
    const source = `${files.storage.tempFolder}/${uniqueId('picture')}`
    await sharp(photo).toFile(source)
    const avatarId = await avatars.store(guest.user.id, source)
    await db.pool.query('update users set avatar_id = $2 where id = $1', [guest.user.id, avatarId])
    const operators = { admin: 200, 'another operator': 200, ...programs(200, 200, 200) }
    for (const path of [`/avatars/${guest.user.id}`, `/avatars/${guest.user.id}?v=${avatarId.slice(0, 8)}`])
      expect(await statuses(path)).toEqual({ ...operators, 'a client': 200, 'another client': 404, ...strangers })
  })

  test('[FILE-50] operators and programs that manage change their own picture', async () => {
    const put = await statuses('/api/users/me/avatar', {
      ...{ method: 'PUT', body: photo, headers: { 'content-type': 'image/png' } },
    })
    const expected = { admin: 200, 'another operator': 200, ...programs(403, 403, 200) }
    expect(put).toEqual({ ...expected, 'a client': 403, 'another client': 403, ...strangers })
    expect(await statuses('/api/users/me/avatar', { method: 'DELETE' })).toEqual(put)
  })
})
