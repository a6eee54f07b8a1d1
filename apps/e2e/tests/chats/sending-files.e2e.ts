import { readFile } from 'node:fs/promises'
import { blackPng } from '@deskbell/files/testing/sample-images'
import { type FaultProxy, startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import { watchPage } from '../../src/page-watch.ts'
import { chatRow, composer, messages, shownTexts, signInAsClient, signInAsOperator, write } from '../../src/pages.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

const slowBytesPerSecond = 150_000

describe.skipIf(!tools.chromium)('sending files', () => {
  let world: World
  let proxy: FaultProxy
  beforeAll(async () => {
    world = await createWorld()
    proxy = await startFaultProxy(world.url)
  })
  afterEach(() => proxy.weather({ upBytesPerSecond: null }))
  afterAll(async () => {
    await proxy?.close()
    await world?.[Symbol.asyncDispose]()
  })

  async function openClient(name: string, options?: BrowserContextOptions): Promise<Page> {
    const person = { email: `${name.toLowerCase()}@example.com`, name }
    return await signInAsClient(await world.newContext(options), proxy.url, person)
  }

  async function openOperator(name: string): Promise<Page> {
    const person = { email: `${name.toLowerCase()}@example.com`, name }
    return await signInAsOperator(await world.newContext(), proxy.url, person)
  }

  test('[WEB-133] [WEB-136] [WEB-137] a first message with a photo and a document arrives on the other side, and nothing moves', async () => {
    const client = await openClient('Fay', { serviceWorkers: 'allow' })
    const watched = watchPage(client)
    await choose(client, [photo('dog.png'), pdf('order.pdf')])
    await client.getByRole('button', { name: 'Remove dog.png' }).waitFor()
    await write(client, 'this is the dog')
    await sent(client, 'this is the dog')
    const operator = await openOperator('Oda')
    await chatRow(operator, 'Fay').first().click()
    for (const page of [client, operator]) {
      const image = page.getByRole('button', { name: 'Open image dog.png' })
      await image.waitFor()
      const before = await placeInMessage(image)
      await expect.poll(() => image.locator('img').evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(640)
      expect(await placeInMessage(image)).toEqual(before)
      await messages(page, 'order.pdf').waitFor()
    }
    expect(await client.getByRole('article').count()).toBe(1)
    expect(watched.printed).toEqual([])
  })

  test('[WEB-133] an operator drops and pastes files, removes one, and is told what does not fit', async () => {
    const client = await openClient('Gil')
    await write(client, 'hello')
    const operator = await openOperator('Ora')
    await chatRow(operator, 'Gil').first().click()
    await messages(operator, 'hello').waitFor()
    await operator.getByRole('button', { name: 'Attach files' }).waitFor()
    await operator.locator('main').evaluate(async (main) => {
      const dataTransfer = new DataTransfer()
      for (const name of ['one.txt', 'two.txt']) dataTransfer.items.add(new File(['text'], name))
      dataTransfer.items.add(new File([new Uint8Array(25 * 1024 * 1024 + 1)], 'film.mov'))
      const event = (type: string) => new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true })
      main.dispatchEvent(event('dragover'))
      await new Promise(requestAnimationFrame)
      main.dispatchEvent(event('drop'))
    })
    await operator.getByText('film.mov is larger than 25 MB.').waitFor()
    await composer(operator).evaluate((field) => {
      const clipboardData = new DataTransfer()
      clipboardData.items.add(new File(['text'], 'pasted.txt'))
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    })
    await operator.getByRole('button', { name: 'Remove pasted.txt' }).waitFor()
    await operator.getByRole('button', { name: 'Remove two.txt' }).click()
    await choose(
      operator,
      Array.from({ length: 9 }, (_, nth) => pdf(`many-${nth}.pdf`)),
    )
    await operator.getByText('many-8.pdf doesn’t fit: a message can have 10 files.').waitFor()
    await composer(operator).press('Enter')
    await messages(client, 'one.txt').filter({ hasText: 'pasted.txt' }).filter({ hasText: 'many-7.pdf' }).waitFor()
    expect(await operator.getByRole('button', { name: /^Remove / }).count()).toBe(0)
    expect(await messages(client, 'two.txt').count()).toBe(0)
  })

  test('[WEB-134] [SDK-43] [SDK-44] a slow upload shows how far it is, texts overtake it, and after a reload it goes on and arrives once', async () => {
    const client = await openClient('Hal')
    await write(client, 'first')
    await sent(client, 'first')
    const slow = randomText(900_000)
    proxy.weather({ upBytesPerSecond: slowBytesPerSecond })
    await choose(client, [{ name: 'slow.txt', mimeType: 'text/plain', buffer: slow }])
    await write(client, 'with a file')
    const ring = client.getByRole('progressbar', { name: 'Uploading slow.txt' })
    await eventually(
      async () => Number(await ring.getAttribute('aria-valuenow')),
      (part) => part >= 50,
    )
    await write(client, 'overtakes')
    await sent(client, 'overtakes')
    expect(await shownTexts(client)).toEqual(['first', 'overtakes', 'with a file'])
    await client.reload()
    await messages(client, 'with a file').waitFor()
    await eventually(
      async () => Number(await ring.getAttribute('aria-valuenow').catch(() => 100)),
      (part) => part >= 50,
    )
    proxy.weather({ upBytesPerSecond: null })
    await sent(client, 'with a file')
    const loading = client.waitForEvent('download')
    await client.getByRole('link', { name: /slow\.txt/ }).click()
    expect(await readFile(await (await loading).path())).toEqual(slow)
    expect(await shownTexts(client)).toEqual(['first', 'overtakes', 'with a file'])
  })

  test('[WEB-134] [WEB-137] an upload is cancelled, and a refused one goes back into the composer with its file', async () => {
    const client = await openClient('Ivo')
    await write(client, 'first')
    await sent(client, 'first')
    proxy.weather({ upBytesPerSecond: slowBytesPerSecond })
    await choose(client, [{ name: 'never.txt', mimeType: 'text/plain', buffer: randomText(900_000) }])
    await write(client, 'not this')
    await client.getByRole('progressbar', { name: 'Uploading never.txt' }).waitFor()
    await client.getByRole('button', { name: 'Cancel' }).click()
    await messages(client, 'not this').waitFor({ state: 'detached' })
    proxy.weather({ upBytesPerSecond: null })
    await choose(client, [{ name: 'torn.png', mimeType: 'image/png', buffer: Buffer.from('no image') }])
    await write(client, 'a torn one')
    await client.getByText('This image can’t be opened. It may be damaged.').waitFor()
    await messages(client, 'a torn one').getByRole('button', { name: 'Edit' }).click()
    await client.getByRole('button', { name: 'Remove torn.png' }).click()
    await choose(client, [pdf('whole.pdf')])
    await composer(client).press('Enter')
    await sent(client, 'a torn one')
    await messages(client, 'whole.pdf').waitFor()
    expect(await client.getByRole('article').count()).toBe(2)
  })

  test('[WEB-135] [WEB-136] [WEB-138] images of one message stand as tiles, and are looked through with the keyboard alone', async () => {
    const client = await openClient('Jan')
    await choose(client, [photo('a.png'), photo('b.png', 500), photo('c.png')])
    await client.getByRole('button', { name: 'Describe b.png' }).click()
    await client.keyboard.type('Our dog')
    await composer(client).press('Enter')
    const tile = (name: string) => client.getByRole('button', { name: `Open image ${name}` })
    await tile('c.png').waitFor()
    const boxes = await Promise.all(['a.png', 'Our dog', 'c.png'].map((name) => tile(name).boundingBox()))
    expect(boxes.map((box) => Math.abs((box?.width ?? 0) - (box?.height ?? 1)) < 1)).toEqual([true, true, true])
    expect(boxes[0]?.y).toBe(boxes[1]?.y)
    await tile('Our dog').focus()
    await client.keyboard.press('Enter')
    const open = client.getByRole('dialog')
    await open.getByText('2 of 3').waitFor()
    await open.getByText('Our dog').waitFor()
    await client.keyboard.press('ArrowRight')
    await open.getByText('3 of 3').waitFor()
    await client.keyboard.press('ArrowRight')
    await client.keyboard.press('ArrowLeft')
    await open.getByText('2 of 3').waitFor()
    await client.keyboard.press('+')
    await eventually(
      () => open.getByRole('img', { name: 'Our dog' }).evaluate((img) => img.getBoundingClientRect().width),
      (width) => width === 500,
    )
    await client.keyboard.press('-')
    const loading = client.waitForEvent('download')
    await open.getByRole('link', { name: 'Download b.png' }).click()
    expect((await loading).suggestedFilename()).toBe('b.png')
    await client.keyboard.press('Escape')
    await open.waitFor({ state: 'detached' })
    expect(await tile('Our dog').evaluate((element) => element === document.activeElement)).toBe(true)
  })
})

/** In the message, because a line about the chat may come below it. */
async function placeInMessage(element: Locator): Promise<number[]> {
  return await element.evaluate((inner) => {
    const [of, at] = [inner.closest('article') ?? inner, inner].map((each) => each.getBoundingClientRect())
    return of === undefined || at === undefined ? [] : [at.x - of.x, at.y - of.y, at.width, at.height, of.height]
  })
}

type Chosen = { name: string; mimeType: string; buffer: Buffer }

/** Chooses files in the browser's dialog. */
async function choose(page: Page, files: Chosen[]): Promise<void> {
  const opened = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Attach files' }).click()
  await (await opened).setFiles(files)
}

async function sent(page: Page, text: string): Promise<void> {
  await messages(page, text).and(page.locator('[data-state=sent], [data-state=delivered], [data-state=read]')).waitFor()
}

function photo(name: string, width = 800): Chosen {
  return { name, mimeType: 'image/png', buffer: blackPng({ width, height: 400, rows: 400 }) }
}

function pdf(name: string): Chosen {
  return { name, mimeType: 'application/pdf', buffer: Buffer.from(`%PDF-1.4 ${name}`) }
}

/** Texts do not compress on the way, so a slow line is slow. */
function randomText(bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, () => 33 + Math.floor(Math.random() * 90)))
}
