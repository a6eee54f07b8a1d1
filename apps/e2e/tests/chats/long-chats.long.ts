import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import { composer, messageList, messages, signInAsClient, signInAsOperator, write } from '../../src/pages.ts'
import { type RestUser, signInByRest } from '../../src/programs/rest-user.ts'
import { everyTextIsLoaded, forgetRenders, readRenders, watchRenders } from '../../src/render-watch.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

/** More than twice as many messages as the document may contain rows. */
const long = 900
const rowsMost = 400

describe.skipIf(!tools.chromium)('a chat of 900 messages', () => {
  let world: World
  let program: RestUser
  let chatId: number
  beforeAll(async () => {
    world = await createWorld()
    program = await signInByRest(world.url, { email: 'long@example.com', name: 'Long', role: 'client' })
    chatId = await program.createChat()
    await program.sendAll(
      chatId,
      Array.from({ length: long }, (_, place) => `message ${place + 1}${'\nand more'.repeat(place % 3)}`),
    )
  }, 120_000)
  afterAll(() => world?.[Symbol.asyncDispose]())

  const open = async () =>
    await signInAsClient(await world.newContext(), world.url, { email: 'long@example.com', name: 'Long' })

  test('[WEB-34] scrolling to the start shows each message, with at most 400 rows in the document, and nothing in view moves', async () => {
    const page = await open()
    await messages(page, `message ${long}`).waitFor()
    await messageList(page).focus()
    const seen = await readToTheStart(page)
    expect(seen.jumps).toEqual([])
    expect(seen.rows).toBeGreaterThan(rowsMost - 20)
    expect(seen.rows).toBeLessThanOrEqual(rowsMost)
    expect(seen.missed).toEqual([])
  })

  test('[WEB-34] End and Home scroll to the ends of the chat, and sending scrolls to the own message', async () => {
    const page = await open()
    await messages(page, `message ${long}`).waitFor()
    await goToTheStart(page)
    await messageList(page).focus()
    await page.keyboard.press('End')
    await messages(page, `message ${long}`).waitFor()
    await expect.poll(() => page.getByRole('article').count()).toBeLessThanOrEqual(100)
    await page.keyboard.press('Home')
    await messages(page, /message 1(?!\d)/)
      .first()
      .waitFor()
    await eventually(
      () => messageList(page).evaluate((box) => box.scrollTop),
      (top) => top === 0,
    )
    await write(page, 'an answer')
    await messages(page, 'an answer').waitFor()
    await eventually(
      () => messageList(page).evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight),
      (below) => below < 2,
    )
  })

  test('[WEB-34] a message that arrives while the reader is far up is counted on a button, and moves nothing', async () => {
    const page = await open()
    await messages(page, 'an answer').waitFor()
    await goToTheStart(page)
    const operator = await signInAsOperator(await world.newContext(), world.url, {
      email: 'o@example.com',
      name: 'Olga',
    })
    await operator.goto(`${operator.url().split('?')[0]}?chat=${chatId}`)
    const before = await topRow(page)
    await write(operator, 'news')
    await page.getByRole('button', { name: '1 new message' }).waitFor()
    expect(await topRow(page)).toEqual(before)
    await expect.poll(() => messages(page, 'news').count()).toBe(0)
    await page.getByRole('button', { name: '1 new message' }).click()
    await messages(page, 'news').waitFor()
    // An open operator page marks messages as delivered and read, which would change other rows in later tests.
    await operator.context().close()
  })

  test('[WEB-34] when the row with the focus is removed from the document, the message list gets the focus', async () => {
    const page = await open()
    await messages(page, 'news').waitFor()
    await messages(page, 'news').getByRole('button', { name: 'Copy message' }).focus()
    await goToTheStart(page)
    await eventually(
      () => messageList(page).evaluate((box) => document.activeElement === box),
      (is) => is,
    )
  })

  test('[WEB-35] a new message renders its own row and at most one other, and not the composer', async () => {
    const context = await world.newContext()
    const page = await context.newPage()
    await watchRenders(page)
    const client = await signInAsClient(context, world.url, { email: 'long@example.com', name: 'Long' })
    await client.close()
    await page.goto(client.url())
    await messages(page, `message ${long}`).waitFor()
    // Stored messages are shown before the server has answered; a new message shows that it has.
    await program.send(chatId, 'the page is here')
    await messages(page, 'the page is here').waitFor()
    await everyTextIsLoaded(page)
    await composer(page).fill('half a thought')
    for (const text of ['first', 'second', 'third']) {
      await forgetRenders(page)
      await watchRows(page)
      await program.send(chatId, text)
      await messages(page, text).waitFor()
      const { added, removed, touched } = await rowsTouched(page)
      expect([added, removed]).toEqual([1, 0])
      expect(touched).toBeLessThanOrEqual(1)
      const rendered = await readRenders(page)
      expect(rendered.rows).toBeGreaterThanOrEqual(1)
      expect(rendered.rows).toBeLessThanOrEqual(2)
      expect(rendered.forms).toBe(0)
    }
    // The same holds for an own message, until its state is "Sent".
    await watchRows(page)
    await write(page, 'mine')
    await messages(page, 'mine')
      .filter({ has: page.getByTitle('Sent') })
      .waitFor()
    const { added, removed, touched } = await rowsTouched(page)
    expect([added, removed]).toEqual([1, 0])
    expect(touched).toBeLessThanOrEqual(1)
  })

  test('[WEB-35] typing renders the composer and no message', async () => {
    const page = await (await world.newContext()).newPage()
    await watchRenders(page)
    const client = await signInAsClient(page.context(), world.url, { email: 'long@example.com', name: 'Long' })
    await page.goto(client.url())
    await messages(page, `message ${long}`).waitFor()
    // Stored messages are shown before the server has answered; a new message shows that it has.
    await program.send(chatId, 'the page is live')
    await messages(page, 'the page is live').waitFor()
    await everyTextIsLoaded(page)
    await forgetRenders(page)
    await composer(page).pressSequentially('half a thought')
    expect(await readRenders(page)).toEqual({ rows: 0, forms: 1 })
  })
})

type Seen = { jumps: string[]; rows: number; missed: number[] }

/** Scrolls up in steps of half a view. Returns what moved in between, and which messages were never in view. */
async function readToTheStart(page: Page): Promise<Seen> {
  await page.evaluate(async () => void (await document.fonts.ready))
  return await messageList(page).evaluate(async (box) => {
    const seen = new Set<number>()
    const result: Seen = { jumps: [], rows: 0, missed: [] }
    const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
    const edge = () => box.getBoundingClientRect().top
    const rowsInView = () =>
      [...box.querySelectorAll('article[data-seq]')].filter((row) => {
        const { top, bottom } = row.getBoundingClientRect()
        return bottom > edge() && top < edge() + box.clientHeight
      })
    for (let round = 0; round < 5_000; round += 1) {
      const inView = rowsInView()
      for (const row of inView) seen.add(Number(row.getAttribute('data-seq')))
      result.rows = Math.max(result.rows, box.querySelectorAll('article').length)
      if (seen.has(1) && box.scrollTop === 0) break
      box.scrollTop -= box.clientHeight / 2
      const row = rowsInView().at(-1)
      const top = row?.getBoundingClientRect().top ?? 0
      await painted()
      await painted()
      const moved = (row?.getBoundingClientRect().top ?? 0) - top
      if (row?.isConnected !== true || Math.abs(moved) > 2)
        result.jumps.push(`${moved} px at ${row?.getAttribute('data-seq')}`)
    }
    for (let seq = 1; seq <= Math.max(...seen); seq += 1) if (!seen.has(seq)) result.missed.push(seq)
    return result
  })
}

/** Scrolls to the first message, as a user does who holds the scroll bar at its upper end. */
async function goToTheStart(page: Page): Promise<void> {
  await messageList(page).evaluate(async (box) => {
    const isThere = () => box.querySelector('[data-seq="1"]') !== null && box.scrollTop === 0
    for (let round = 0; round < 5_000 && !isThere(); round += 1) {
      box.scrollTop = 0
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
    }
  })
}

async function topRow(page: Page): Promise<{ seq: string | null; top: number }> {
  return await messageList(page).evaluate((box) => {
    const edge = box.getBoundingClientRect().top
    const row = [...box.querySelectorAll('article[data-seq]')].find((each) => each.getBoundingClientRect().top >= edge)
    return { seq: row?.getAttribute('data-seq') ?? null, top: Math.round(row?.getBoundingClientRect().top ?? 0) }
  })
}

declare global {
  var rowChanges: MutationRecord[]
}

/** Records all changes in the message list from now on. */
async function watchRows(page: Page): Promise<void> {
  await composer(page).waitFor()
  await messageList(page).evaluate((box) => {
    globalThis.rowChanges = []
    new MutationObserver((records) => globalThis.rowChanges.push(...records)).observe(box, {
      childList: true,
      subtree: true,
      attributes: true,
      characterData: true,
    })
  })
}

/** Counts the rows that were added or removed, and the other rows in which anything has changed. */
async function rowsTouched(page: Page): Promise<{ added: number; removed: number; touched: number }> {
  return await page.evaluate(() => {
    const isRow = (node: Node) => node instanceof Element && node.matches('article')
    const nodes = (of: 'addedNodes' | 'removedNodes') => globalThis.rowChanges.flatMap((record) => [...record[of]])
    const added = new Set(nodes('addedNodes').filter(isRow))
    const rowOf = ({ target }: MutationRecord) =>
      (target instanceof Element ? target : target.parentElement)?.closest('article')
    const touched = new Set(globalThis.rowChanges.map(rowOf).filter((row) => row && !added.has(row)))
    return { added: added.size, removed: nodes('removedNodes').filter(isRow).length, touched: touched.size }
  })
}
