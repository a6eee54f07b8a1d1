import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { blackPng, encoded, sampleImage } from '@deskbell/files/testing/sample-images'
import { signIdentity } from '@deskbell/sdk/identity'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { watchPage } from '../../src/page-watch.ts'
import { chatRow, messages, press, write } from '../../src/pages.ts'
import { createSecureWorld, openAs, operatorOf, post, type SecureWorld, setUp } from '../../src/secure-world.ts'
import { tools } from '../../src/tools.ts'

describe.skipIf(!tools.chromium)('the pictures of people', () => {
  let world: SecureWorld
  let token: string
  beforeAll(async () => {
    // This machine is where the picture of a client is.
    world = await createSecureWorld(() => ({ FETCH_ALLOW: '127.0.0.0/8' }))
    token = await setUp(world)
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  async function openSettings(name: string): Promise<Page> {
    const account = await operatorOf(world, token, name)
    return await openAs(await world.newContext(), world.url, { ...account, path: '/settings/account' })
  }

  async function choose(page: Page, name: string, buffer: Buffer): Promise<void> {
    await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'image/png', buffer })
  }

  test('[WEB-151] an operator uploads a picture, sees it as a square, replaces it and removes it', async () => {
    const page = await openSettings('Ada')
    const section = page.getByRole('region', { name: 'My account' })
    const picture = section.locator('img')
    await page.getByRole('button', { name: 'Upload photo' }).waitFor()
    expect(await page.getByRole('button', { name: 'Remove photo' }).count()).toBe(0)
    const place = await section.locator('[aria-hidden]').first().boundingBox()
    await choose(page, 'me.jpg', await encoded(sampleImage({ width: 900, height: 300 }), 'image/jpeg'))
    await page.getByRole('button', { name: 'Change photo' }).waitFor()
    await expect.poll(() => sizeOf(picture)).toEqual([256, 256])
    // It stands where the initials stood.
    expect(await section.locator('[aria-hidden]').first().boundingBox()).toEqual(place)
    expect(await picture.getAttribute('alt')).toBe('')
    // The menu of the account has it too, without a reload.
    const menu = page.getByRole('button', { name: 'Account:' }).locator('img')
    const first = await picture.getAttribute('src')
    await expect.poll(() => menu.getAttribute('src')).toBe(first)
    await choose(page, 'other.png', blackPng({ width: 300, height: 300, rows: 300 }))
    await expect.poll(() => picture.getAttribute('src')).not.toBe(first)
    await expect.poll(() => menu.getAttribute('src')).not.toBe(first)
    await page.reload()
    await expect.poll(() => sizeOf(picture)).toEqual([256, 256])
    await page.getByRole('button', { name: 'Remove photo' }).click()
    await page.getByRole('button', { name: 'Upload photo' }).waitFor()
    expect(await picture.count()).toBe(0)
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Upload photo')
  })

  test('[WEB-151] what cannot be a picture is refused in words, and the picture of before stays', async () => {
    const page = await openSettings('Barbara')
    const section = page.getByRole('region', { name: 'My account' })
    await choose(page, 'me.png', await encoded(sampleImage(), 'image/png'))
    await expect.poll(() => sizeOf(section.locator('img'))).toEqual([256, 256])
    await choose(page, 'page.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))
    await section.getByRole('alert').filter({ hasText: 'We can’t read this file as a photo.' }).waitFor()
    await choose(page, 'large.png', Buffer.alloc(5 * 1024 * 1024 + 1))
    await section.getByRole('alert').filter({ hasText: 'This photo is larger than 5 MB.' }).waitFor()
    expect(await sizeOf(section.locator('img'))).toEqual([256, 256])
  })

  test('[WEB-150] a client sees the picture of its operator in the header and beside the messages, or initials', async () => {
    const operator = await openSettings('Grete')
    await choose(operator, 'me.png', await encoded(sampleImage(), 'image/png'))
    await operator.getByRole('button', { name: 'Change photo' }).waitFor()
    const client = await (await world.newContext()).newPage()
    const watched = watchPage(client)
    await client.goto(`${world.url}/login`)
    await client.getByRole('textbox', { name: 'Your name' }).fill('Ann Lee')
    await press(client, 'Start chat')
    await write(client, 'Is anybody there?')
    await operator.getByRole('link', { name: 'Back to inbox' }).click()
    await operator.getByText('Is anybody there?').first().click()
    await write(operator, 'I am')
    await messages(client, 'I am').waitFor()
    // In the header and beside the message.
    const pictures = client.locator('img[src^="/avatars/"]')
    await expect.poll(() => shownSizes(pictures)).toEqual(['36 of 256', '28 of 256'])
    // The picture of an operator is for clients too, with their own session.
    const src = (await pictures.first().getAttribute('src')) ?? ''
    expect(src).toMatch(/^\/avatars\/\d+\?v=[0-9a-f]{8}&role=client$/)
    expect(await initials(client)).toEqual(['G', 'G'])
    const stranger = await world.newContext()
    expect((await stranger.request.get(world.url + src)).status()).toBe(401)
    // Where it does not load, the initials stand in a place of the same size.
    await client.route('**/avatars/**', (route) => route.abort())
    await client.reload()
    await messages(client, 'I am').waitFor()
    await expect
      .poll(() => pictures.evaluateAll((all) => all.map((each) => (each as HTMLElement).hidden)))
      .toEqual([true, true])
    expect(await initials(client)).toEqual(['G', 'G'])
    await client.unroute('**/avatars/**')
    await operator.goto(`${world.url}/settings/account`)
    await press(operator, 'Remove photo')
    await operator.getByRole('button', { name: 'Upload photo' }).waitFor()
    await client.reload()
    await messages(client, 'I am').waitFor()
    await expect.poll(() => pictures.count()).toBe(0)
    expect(watched.printed.filter((line) => /Failed to load(?!.*ERR_FAILED)/.test(line))).toEqual([])
  })

  test('[WEB-150] [ACC-30] operators see the picture that the own site names, and it comes while they look', async () => {
    const picture = await encoded(sampleImage(), 'image/png')
    let answer: () => void = () => undefined
    const site = createServer((_request, response) => {
      answer = () => void response.end(picture)
    })
    onTestFinished(() => void site.close())
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    const { kid, secret } = await post<{ kid: string; secret: string }>(
      `${world.url}/api/identity-keys`,
      { alg: 'HS256' },
      token,
    )
    const avatarUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}/mara.png`
    const claims = { audience: new URL(world.url).host, subject: 'mara', name: 'Mara Lindqvist', avatarUrl }
    const identity = await signIdentity({ kid, secret, ...claims })
    const client = await post<{ token: string }>(`${world.url}/api/auth/identify`, { identity })
    const { chat } = await post<{ chat: { id: number } }>(`${world.url}/api/chats`, {}, client.token)
    const message = { clientMsgId: 'first', text: 'Is my lamp on its way?' }
    await post(`${world.url}/api/chats/${chat.id}/messages`, message, client.token)
    const operator = await openAs(await world.newContext(), world.url, await operatorOf(world, token, 'Hedy'))
    const row = chatRow(operator, 'Mara Lindqvist').first()
    await row.click()
    await messages(operator, message.text).waitFor()
    const pictures = operator.locator('img[src^="/avatars/"]')
    expect(await pictures.count()).toBe(0)
    answer()
    // In the row, in the header and beside the message.
    await expect.poll(() => shownSizes(pictures)).toEqual(['36 of 256', '36 of 256', '28 of 256'])
    expect(await row.locator('img').count()).toBe(1)
  })
})

/** The sizes at which pictures are shown, and which they have. */
async function shownSizes(pictures: Locator): Promise<string[]> {
  return await pictures.evaluateAll((all) =>
    all.map((each) => `${(each as HTMLImageElement).width} of ${(each as HTMLImageElement).naturalWidth}`),
  )
}

/** The letters below the pictures of the operator. */
async function initials(page: Page): Promise<(string | null)[]> {
  const places = page.locator('[aria-hidden]:has(> img[src^="/avatars/"])')
  return await places.evaluateAll((all) => all.map(({ textContent }) => textContent))
}

async function sizeOf(image: Locator): Promise<number[]> {
  return await image.evaluate((img: HTMLImageElement) => [img.naturalWidth, img.naturalHeight])
}
