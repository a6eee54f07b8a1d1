import { chatIdSchema, userIdSchema } from '@deskbell/contract/ids'
import type { SendBatchOutput } from '@deskbell/contract/messages'
import { waitFor } from '@deskbell/testkit/wait-for'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SdkError } from '../../base/errors.ts'
import type { ServerApi } from '../../server-api.ts'
import { FilePage, type FilePageOptions } from '../../testing/outbox/file-page.ts'
import { ModelDevice } from '../../testing/outbox/model-device.ts'
import type { DatabaseFactory } from '../storage/browser.ts'
import type { FileStorage } from './file-storage.ts'

const chatId = chatIdSchema.parse(1)
const ann = userIdSchema.parse(7)
const day = 24 * 3_600_000

let device: ModelDevice
let indexedDB: DatabaseFactory
let pages: FilePage[]
/** What reached the server: the ids of the messages, and the uploads of each. */
let sent: { id: string; uploadIds: string[] | undefined }[]
let answer: (clientMsgId: string) => SendBatchOutput['items'][number]

beforeEach(() => {
  device = new ModelDevice()
  indexedDB = new IDBFactory()
  pages = []
  sent = []
  answer = (clientMsgId) => ({ clientMsgId, message: messageOf(clientMsgId), duplicate: false })
})

afterEach(() => {
  for (const page of pages) page.die()
  vi.useRealTimers()
})

const sendBatch: ServerApi['sendBatch'] = async ({ items }) => {
  for (const { clientMsgId, uploadIds } of items) sent.push({ id: clientMsgId, uploadIds })
  return { items: items.map(({ clientMsgId }) => answer(clientMsgId)) }
}

function messageOf(clientMsgId: string) {
  const seq = sent.findIndex(({ id }) => id === clientMsgId) + 1
  const fixed = {
    chatId,
    userId: ann,
    direction: 'in',
    type: 'file',
    text: 'x',
    status: 'new',
    attachments: [],
  } as const
  return { ...fixed, id: seq, seq, clientMsgId, createdAt: '2026-01-01T00:00:00.000Z' } as never
}

function openPage(options: Partial<FilePageOptions> = {}): FilePage {
  const page = new FilePage({ device, indexedDB, chat: { sendBatch }, ...options })
  pages.push(page)
  page.outboxes.setUser(ann, true)
  return page
}

/** Waits for the upload at this place, and returns it. */
async function upload(page: FilePage, place: number) {
  await waitFor(() => page.uploads.length > place, { what: `upload ${place}` })
  const found = page.uploads[place]
  if (found === undefined) throw new Error('There is no such upload.')
  return found
}

async function stored(page: FilePage, clientMsgId: string): Promise<void> {
  const isStored = () => page.shown(chatId).some((each) => each.clientMsgId === clientMsgId && each.filesKept === true)
  await waitFor(isStored, { what: `${clientMsgId} on the device` })
}

const ids = () => sent.map(({ id }) => id)
const stateOf = (page: FilePage) =>
  page.shown(chatId).map(({ clientMsgId, state, code }) => ({ clientMsgId, state, code }))

describe('messages with files', () => {
  test('[SDK-43] [SDK-44] leave in their order when the server has their files, and a text overtakes them', async () => {
    const page = openPage()
    page.write(chatId, 'a', ['a1', 'a2'])
    page.write(chatId, 'b', ['b1'])
    page.outboxes.of(chatId).add({ clientMsgId: 'text', text: 'x', createdAt: new Date().toISOString() })
    await waitFor(() => sent.length === 1)
    const first = await upload(page, 0)
    expect([await first.text, first.name]).toEqual(['a1', 'a1.txt'])
    first.finish()
    const second = await upload(page, 1)
    second.onProgress?.(1)
    expect(page.shown(chatId)[0]).toMatchObject({ state: 'queued', files: [{ sent: 0 }, { sent: 1, bytes: 2 }] })
    expect(await second.text).toBe('a2')
    expect(page.uploads).toHaveLength(2)
    second.finish()
    ;(await upload(page, 2)).finish()
    await waitFor(() => sent.length === 3)
    expect(ids()).toEqual(['text', 'a', 'b'])
    expect(sent.map(({ uploadIds }) => uploadIds?.length)).toEqual([undefined, 2, 1])
    expect(new Set(sent.flatMap(({ uploadIds }) => uploadIds ?? [])).size).toBe(3)
    await waitFor(() => page.shown(chatId).length === 0)
  })

  test('[SDK-43] a page that died leaves them to the next one, which goes on with what the server has', async () => {
    const before = openPage()
    before.write(chatId, 'a', ['a1', 'a2'])
    ;(await upload(before, 0)).finish()
    const cut = await upload(before, 1)
    await stored(before, 'a')
    await new Promise(setImmediate)
    before.die()
    expect(before.removed).toEqual([])
    const after = openPage()
    const first = await upload(after, 0)
    expect([first.path, await first.text]).toEqual([expect.stringContaining('/api/uploads/'), 'a1'])
    first.finish()
    expect((await upload(after, 1)).path).not.toBeNull()
    expect(cut.signal?.aborted).toBe(true)
    after.uploads[1]?.finish()
    await waitFor(() => sent.length === 1)
    await waitFor(() => after.shown(chatId).length === 0)
    expect((await reopened()).shown(chatId)).toEqual([])
  })

  test('[SDK-43] one that died after it sent the message leaves the same message, with the same files', async () => {
    const before = openPage()
    answer = () => {
      before.die()
      throw new Error('Nobody hears the answer.')
    }
    before.write(chatId, 'a', ['a1'])
    await stored(before, 'a')
    ;(await upload(before, 0)).finish()
    await waitFor(() => sent.length === 1)
    answer = (clientMsgId) => ({ clientMsgId, message: messageOf(clientMsgId), duplicate: true })
    const after = openPage()
    await waitFor(() => after.uploads.length > 0 || sent.length > 1)
    after.uploads[0]?.finish()
    await waitFor(() => sent.length > 1)
    await waitFor(() => after.shown(chatId).length === 0)
    expect(new Set(sent.map(({ uploadIds }) => JSON.stringify(uploadIds))).size).toBe(1)
  })

  test.each([{ hasLocks: true }, { hasLocks: false }])(
    '[SDK-47] with Web Locks ($hasLocks) two tabs send each message once, and all files are those of one tab',
    async ({ hasLocks }) => {
      const one = openPage({ hasLocks })
      one.write(chatId, 'a', ['a1'])
      await stored(one, 'a')
      const two = openPage({ hasLocks })
      await waitFor(() => two.shown(chatId).length === 1)
      await upload(one, 0)
      if (!hasLocks) await upload(two, 0)
      expect(two.uploads).toHaveLength(hasLocks ? 0 : 1)
      for (const each of [...two.uploads, ...one.uploads]) each.finish()
      await waitFor(() => sent.length > 0)
      await waitFor(() => one.shown(chatId).length + two.shown(chatId).length === 0)
      expect(new Set(sent.map(({ id, uploadIds }) => `${id} ${uploadIds}`)).size).toBe(1)
    },
  )

  test('[SDK-47] two tabs that uploaded the same file apart send the message with the uploads of one', async () => {
    // The address of each upload reaches the storage too late for the other tab.
    const silent = (storage: FileStorage): FileStorage => ({ ...bound(storage), change: async () => {} })
    const both = Promise.withResolvers<void>()
    const slow: ServerApi['sendBatch'] = async (input, signal) => {
      const answered = await sendBatch(input, signal)
      await both.promise
      return answered
    }
    const options = { hasLocks: false, storage: silent, chat: { sendBatch: slow } }
    const one = openPage(options)
    one.write(chatId, 'a', ['a1'])
    await stored(one, 'a')
    const two = openPage(options)
    await upload(one, 0)
    expect((await upload(two, 0)).path).toBeNull()
    for (const each of [...two.uploads, ...one.uploads]) each.finish()
    await waitFor(() => sent.length === 2)
    both.resolve()
    expect(ids()).toEqual(['a', 'a'])
    expect(sent[0]?.uploadIds).toEqual(sent[1]?.uploadIds)
    await waitFor(() => one.shown(chatId).length + two.shown(chatId).length === 0)
  })

  test('[SDK-47] when the tab that uploads dies, the next one goes on', async () => {
    const one = openPage()
    one.write(chatId, 'a', ['a1'])
    await stored(one, 'a')
    const two = openPage()
    await waitFor(() => two.shown(chatId).length === 1)
    await upload(one, 0)
    one.die()
    ;(await upload(two, 0)).finish()
    await waitFor(() => sent.length === 1)
  })

  test('[SDK-46] whoever discards one ends its upload, in every tab, and on the server', async () => {
    const one = openPage()
    one.write(chatId, 'a', ['a1'])
    one.write(chatId, 'b', ['b1'])
    const running = await upload(one, 0)
    await stored(one, 'b')
    const two = openPage()
    await waitFor(() => two.shown(chatId).length === 2)
    two.outboxes.of(chatId).discard('a')
    await waitFor(() => running.signal?.aborted === true)
    expect(two.removed).toHaveLength(1)
    ;(await upload(one, 1)).finish()
    await waitFor(() => sent.length > 0)
    await waitFor(() => one.shown(chatId).length === 0)
    expect(ids()).toEqual(['b'])
    expect((await reopened()).shown(chatId)).toEqual([])
  })

  test('[SDK-46] one that was refused shows why, holds up nothing, and is tried again', async () => {
    const page = openPage()
    page.write(chatId, 'a', ['a1'])
    page.write(chatId, 'b', ['b1'])
    await stored(page, 'a')
    ;(await upload(page, 0)).fail(new SdkError('quota_exceeded'))
    ;(await upload(page, 1)).finish()
    await waitFor(() => sent.length === 1)
    await waitFor(() => page.shown(chatId).length === 1)
    expect(stateOf(page)).toEqual([{ clientMsgId: 'a', state: 'failed', code: 'quota_exceeded' }])
    const next = await reopened()
    expect(stateOf(next)).toEqual([{ clientMsgId: 'a', state: 'failed', code: 'quota_exceeded' }])
    next.outboxes.of(chatId).retry('a')
    const again = await upload(next, 0)
    expect(again.path).not.toBeNull()
    again.finish()
    await waitFor(() => ids().join() === 'b,last,a')
  })

  test('[SDK-43] a program that waits gets the message, or the code with which its file was refused', async () => {
    const page = openPage()
    const files = [{ file: new Blob(['x']) }]
    const sending = page.outboxes.send(chatId, '', { files, clientMsgId: 'a' })
    ;(await upload(page, 0)).finish()
    expect(await sending).toMatchObject({ clientMsgId: 'a' })
    const refused = page.outboxes.send(chatId, '', { files, clientMsgId: 'b' })
    ;(await upload(page, 1)).fail(new SdkError('unsupported_file'))
    await expect(refused).rejects.toMatchObject({ code: 'unsupported_file' })
    await waitFor(() => page.shown(chatId).length === 0)
    const tooMany = Array.from({ length: 11 }, () => ({ file: new Blob(['x']) }))
    await expect(page.outboxes.send(chatId, '', { files: tooMany })).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('[SDK-45] files that the device does not take are sent all the same, and say that they end with the page', async () => {
    const full = (storage: FileStorage): FileStorage => ({
      ...bound(storage),
      add: () => Promise.reject(new DOMException('The quota is exceeded.', 'QuotaExceededError')),
    })
    const page = openPage({ storage: full })
    page.write(chatId, 'a', ['a1'])
    await waitFor(() => page.shown(chatId)[0]?.filesKept === false)
    ;(await upload(page, 0)).finish()
    await waitFor(() => sent.length === 1)
    await waitFor(() => page.shown(chatId).length === 0)
  })

  test('[SDK-45] a page that dies before its files are stored leaves the text and their names', async () => {
    const never = (storage: FileStorage): FileStorage => ({ ...bound(storage), add: () => new Promise(() => {}) })
    const page = openPage({ storage: never })
    page.write(chatId, 'a', ['a1'])
    await upload(page, 0)
    page.die()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
    const next = await reopened()
    await waitFor(() => next.shown(chatId).length === 1)
    expect(next.shown(chatId)).toMatchObject([
      { clientMsgId: 'a', text: 'of a', state: 'failed', code: 'not_found', files: [{ name: 'a1.txt', blob: null }] },
    ])
    next.outboxes.of(chatId).retry('a')
    next.write(chatId, 'b', ['b1'])
    ;(await upload(next, 0)).finish()
    await waitFor(() => ids().includes('b'))
    expect(ids()).not.toContain('a')
    expect(stateOf(next)).toContainEqual({ clientMsgId: 'a', state: 'failed', code: 'not_found' })
    next.outboxes.of(chatId).discard('a')
    await waitFor(() => next.shown(chatId).length === 0)
    expect((await reopened()).shown(chatId)).toEqual([])
  })

  test('[SDK-43] uploads that have expired are made anew, once', async () => {
    const page = openPage()
    answer = (clientMsgId) => ({ clientMsgId, error: { code: 'not_found', retryable: false } })
    page.write(chatId, 'a', ['a1'])
    ;(await upload(page, 0)).finish()
    const again = await upload(page, 1)
    expect(again.path).toBeNull()
    again.finish()
    await waitFor(() => sent.length === 2)
    const { queue } = page.outboxes.of(chatId)
    await waitFor(() => queue.getSnapshot().some(({ code }) => code === 'not_found'))
    expect(page.uploads).toHaveLength(2)
    page.outboxes.of(chatId).discard('a')
    await waitFor(() => page.shown(chatId).length === 0)
  })

  test('[SDK-13] one that waited for more than a day is held until the user decides', async () => {
    const page = openPage()
    page.write(chatId, 'a', ['a1'])
    await stored(page, 'a')
    page.die()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + day + 1_000 })
    const next = openPage()
    await waitFor(() => stateOf(next)[0]?.state === 'held')
    expect(next.uploads).toEqual([])
    next.outboxes.of(chatId).release('a')
    ;(await upload(next, 0)).finish()
    await waitFor(() => sent.length === 1)
  })

  test('[SDK-12] without a session they wait for the next one of the same user', async () => {
    const page = openPage()
    page.write(chatId, 'a', ['a1'])
    await stored(page, 'a')
    ;(await upload(page, 0)).fail(new SdkError('unauthenticated'))
    await waitFor(() => page.connection.getSnapshot().kind === 'online')
    page.outboxes.endSession()
    expect(page.shown(chatId)).toEqual([])
    page.outboxes.setUser(userIdSchema.parse(8), true)
    expect(page.shown(chatId)).toEqual([])
    page.outboxes.setUser(ann, true)
    ;(await upload(page, 1)).finish()
    await waitFor(() => sent.length === 1)
  })

  test('[SDK-24] what was written before the user is known waits for that', async () => {
    const page = new FilePage({ device, indexedDB, chat: { sendBatch } })
    pages.push(page)
    page.write(chatId, 'a', ['a1'])
    expect(stateOf(page)).toEqual([{ clientMsgId: 'a', state: 'queued', code: null }])
    page.outboxes.startSession(ann, { isOwn: false })
    await waitFor(() => stateOf(page)[0]?.state === 'held')
    expect(page.uploads).toEqual([])
    page.outboxes.of(chatId).release('a')
    ;(await upload(page, 0)).finish()
    await waitFor(() => sent.length === 1)
  })
})

/** The page after the others have died, when it has read what they left. */
async function reopened(): Promise<FilePage> {
  for (const page of pages) page.die()
  const page = openPage()
  page.write(chatId, 'last', [])
  await waitFor(() => page.outboxes.of(chatId).queue.getSnapshot().length === 0)
  return page
}

function bound(storage: FileStorage): FileStorage {
  return {
    isKept: storage.isKept,
    read: () => storage.read(),
    add: (row) => storage.add(row),
    change: (key, change) => storage.change(key, change),
    settle: (key, paths) => storage.settle(key, paths),
    remove: (key) => storage.remove(key),
    close: () => storage.close(),
  }
}
