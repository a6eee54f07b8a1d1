import { blackPng, encoded, sampleImage } from '@deskbell/files/testing/sample-images'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { watchPage } from '../../src/page-watch.ts'
import { messages, press, write } from '../../src/pages.ts'
import { createSecureWorld, openAs, operatorOf, type SecureWorld, setUp } from '../../src/secure-world.ts'
import { tools } from '../../src/tools.ts'

describe.skipIf(!tools.chromium)('the pictures of people', () => {
  let world: SecureWorld
  let token: string
  beforeAll(async () => {
    world = await createSecureWorld()
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
