import { readFile } from 'node:fs/promises'
import { hostileFiles, hostileMarker } from '@deskbell/files/testing/hostile-files'
import { blackPng } from '@deskbell/files/testing/sample-images'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { announce, createTusProbe, partType } from '@deskbell/testkit/probes/tus-probe'
import type { BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chatRow, messages, signInAsClient, signInAsOperator } from '../../src/pages.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

describe.skipIf(!tools.chromium)('attachments', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  /** A program that acts for a client: it uploads and sends over REST. */
  async function newProgram() {
    const { token, user } = await signInByRest(world.url, 'client')
    const call = async (path: string, body: object) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      return await fetch(`${world.url}/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    }
    const { chat } = await (await call('/chats', {})).json()
    const tus = createTusProbe(world.url)
    return {
      name: user.name,
      email: user.email ?? '',
      token,
      chatId: chat.id,
      upload: async (name: string, type: string, bytes: Buffer) => {
        const headers = {
          ...announce({ chatId: chat.id, name, type, bytes: new Uint8Array(bytes) }),
          'content-type': partType,
        }
        const response = await tus.call('POST', '/api/uploads', { token, headers, body: new Uint8Array(bytes) })
        return { status: response.status, id: response.headers.get('location')?.replace(/^.*\//, '') ?? '' }
      },
      send: async (uploadIds: string[], text = '') => {
        const sent = await call(`/chats/${chat.id}/messages`, { text, uploadIds, clientMsgId: uploadIds.join() })
        return (await sent.json()).message
      },
      retract: async (messageId: number) => await call(`/chats/${chat.id}/messages/${messageId}/retract`, {}),
    }
  }

  test('[WEB-132] both sides see images in their place and load files, until the message is retracted', async () => {
    const program = await newProgram()
    const picture = blackPng({ width: 800, height: 400, rows: 400 })
    const notes = Buffer.from('notes of the order')
    const image = await program.upload('order.png', 'image/png', picture)
    const file = await program.upload('notes.txt', 'text/plain', notes)
    const message = await program.send([image.id, file.id])
    const operator = await signInAsOperator(await world.newContext(), world.url, {
      email: 'op@example.com',
      name: 'Op',
    })
    await chatRow(operator, program.name).filter({ hasText: 'File' }).first().click()
    const { email } = program
    const client = await signInAsClient(await world.newContext(), world.url, { email, name: program.name })
    for (const page of [operator, client]) {
      const shown = page.getByRole('button', { name: 'Open image order.png' }).locator('img')
      await shown.waitFor()
      const place = await shown.boundingBox()
      expect([place?.width, place?.height]).toEqual([320, 160])
      await expect.poll(() => shown.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(640)
      const loading = page.waitForEvent('download')
      await page.getByRole('link', { name: /^notes\.txt ?1 kB$/ }).click()
      const loaded = await loading
      expect(loaded.suggestedFilename()).toBe('notes.txt')
      expect(await readFile(await loaded.path())).toEqual(notes)
    }
    await program.retract(message.id)
    for (const page of [operator, client]) {
      await page.getByText('Message deleted').first().waitFor()
      expect(await page.getByRole('button', { name: 'Open image order.png' }).count()).toBe(0)
      const gone = await page.request.get(`${world.url}/files/${image.id}`)
      expect(gone.status()).toBe(404)
    }
  })

  test('[WEB-132] the screen reader hears the names of files, and a text beside them is read too', async () => {
    const program = await newProgram()
    const operator = await signInAsOperator(await world.newContext(), world.url, {
      email: 'ear@example.com',
      name: 'Ear',
    })
    await program.send([(await program.upload('first.txt', 'text/plain', Buffer.from('1'))).id], 'the first')
    await operator.goto(`${world.url}/chats/${await operatorIdOf(operator.context())}?chat=${program.chatId}`)
    await messages(operator, 'the first').waitFor()
    await program.send([(await program.upload('second.txt', 'text/plain', Buffer.from('2'))).id], 'the second')
    await operator.getByText(/: the second second\.txt$/).waitFor({ state: 'attached' })
  })

  async function operatorIdOf(context: BrowserContext): Promise<number> {
    const me = await context.request.get(`${world.url}/api/users/me`)
    return (await me.json()).user.id
  }

  test('[FILE-12] [FILE-36] nothing of a hostile file runs in a browser that opens it', async () => {
    const program = await newProgram()
    const { email, name } = program
    const page = await signInAsClient(await world.newContext(), world.url, { email, name })
    const ran: string[] = []
    page.on('dialog', (dialog) => {
      ran.push(dialog.message())
      void dialog.dismiss()
    })
    const taken: string[] = []
    for (const { name: fileName, mediaType, bytes, expected } of hostileFiles) {
      const { status, id } = await program.upload(fileName, mediaType, await bytes())
      expect([fileName, status]).toEqual([fileName, expected === 'unsupported' ? 422 : 201])
      if (status !== 201) continue
      await program.send([id])
      taken.push(id)
    }
    expect(taken.length).toBeGreaterThan(20)
    for (const id of taken) {
      // A download ends the navigation with an error, and the page stays where it was.
      await page.goto(`${world.url}/files/${id}?role=client`).catch(() => undefined)
      expect(await page.evaluate((marker) => marker in globalThis, hostileMarker)).toBe(false)
    }
    expect(ran).toEqual([])
  })
})
