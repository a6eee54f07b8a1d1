import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../src/eventually.ts'
import { chatRow, composer, messages, signInAsOperator, write } from '../src/pages.ts'
import { signInByRest } from '../src/rest-user.ts'
import { tools } from '../src/tools.ts'
import { createWorld, type World } from '../src/world.ts'

describe.skipIf(!tools.chromium)('several operators, and one on a phone', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  async function clientWrites(name: string, text: string): Promise<void> {
    const client = await signInByRest(world.url, {
      email: `${name.replaceAll(' ', '-')}@example.com`,
      name,
      role: 'client',
    })
    await client.send(await client.createChat(), text)
  }

  async function operatorPage(name: string): Promise<Page> {
    return await signInAsOperator(await world.newContext(), world.url, { email: `${name}@example.com`, name })
  }

  const takeOver = (page: Page) => page.getByRole('button', { name: 'Take over' })

  test('[CHAT-7] of two who open a chat at once one has it; the other sees whose it is and may take it over', async () => {
    await clientWrites('Wanted', 'Who is faster?')
    const both = await Promise.all([operatorPage('Olga'), operatorPage('Omar')])
    await Promise.all(both.map((page) => chatRow(page, 'Wanted').click()))
    await Promise.all(both.map((page) => messages(page, 'Who is faster?').waitFor()))
    const late = await eventually(
      async () => {
        const offers = await Promise.all(both.map((page) => takeOver(page).count()))
        return both.filter((_, place) => offers[place] === 1)
      },
      (pages) => pages.length === 1,
    )
    const [loser] = late
    const winner = both.find((page) => page !== loser)
    if (loser === undefined || winner === undefined) throw new Error('Nobody was late.')
    await winner.getByText('Assigned to you').waitFor()
    await takeOver(loser).click()
    await loser.getByText('Assigned to you').waitFor()
    await takeOver(winner).waitFor()
  })

  // Before the tests that fill the list: only rows near the view stand in the document.
  test('[WEB-81] who waits is shown with the time, stands first by choice, and is waved off without an answer', async () => {
    await clientWrites('Waiting First', 'Thanks!')
    await clientWrites('Waiting Second', 'Where is my order?')
    const page = await operatorPage('Wanda')
    const order = async () => {
      const texts = await page.locator('[data-row]').allTextContents()
      return texts.flatMap((text) => /Waiting (?:First|Second)/.exec(text) ?? [])
    }
    const stands = (...names: string[]) => eventually(order, (found) => found.join() === names.join())
    await chatRow(page, 'Waiting Second').waitFor()
    await stands('Waiting Second', 'Waiting First')
    const sort = page.getByRole('combobox', { name: 'Sort chats' })
    await sort.focus()
    for (const key of ['Space', 'ArrowDown', 'Enter']) await page.keyboard.press(key)
    await stands('Waiting First', 'Waiting Second')
    await page.reload()
    await stands('Waiting First', 'Waiting Second')
    await expect.poll(() => sort.inputValue()).toBe('waiting')
    const first = chatRow(page, 'Waiting First')
    await expect.poll(() => first.locator('time').textContent()).toMatch(/^Waiting /)
    await first.click()
    await page.getByRole('button', { name: 'No reply needed' }).click()
    await stands('Waiting Second', 'Waiting First')
    await expect.poll(() => first.locator('time').textContent()).not.toMatch(/^Waiting /)
    await page.getByRole('button', { name: 'No reply needed' }).waitFor({ state: 'detached' })
  })

  test('[WEB-16] more chats than a page of the list are loaded on demand', async () => {
    const client = await signInByRest(world.url, { email: 'many@example.com', name: 'Many', role: 'client' })
    for (let count = 0; count < 60; count += 1) await client.createChat()
    const page = await operatorPage('Loader')
    await chatRow(page, 'Many').first().waitFor()
    const setSize = () => page.getByRole('listitem').first().getAttribute('aria-setsize')
    expect(await setSize()).toBe('-1')
    await chatRow(page, 'Many').first().focus()
    await page.keyboard.press('End')
    await page.getByRole('button', { name: 'Load more' }).click()
    await eventually(
      async () => Number(await setSize()),
      (size) => size >= 60,
    )
    // Only what is near the view stands in the document.
    await expect.poll(() => page.getByRole('listitem').count()).toBeLessThan(40)
    await chatRow(page, 'Many').last().focus()
    await page.keyboard.press('End')
    await page
      .getByRole('listitem')
      .and(page.locator(`[aria-posinset="${await setSize()}"]`))
      .waitFor()
  })

  test('[WEB-55] the keyboard moves through a list of which only a part stands in the document', async () => {
    const names = Array.from({ length: 45 }, (_, place) => `Guest ${String(place).padStart(2, '0')}`)
    for (const name of names) await clientWrites(name, `from ${name}`)
    const page = await operatorPage('Walker')
    const focused = () => page.evaluate(() => document.activeElement?.querySelector('bdi')?.textContent ?? '')
    const focusIs = async (name: string) => void (await eventually(focused, (found) => found === name))
    await chatRow(page, 'Guest 44').waitFor()
    await page.keyboard.press('j')
    await focusIs('Guest 44')
    for (let step = 1; step <= 30; step += 1) {
      await page.keyboard.press(step % 2 === 0 ? 'j' : 'ArrowDown')
      await focusIs(names[44 - step] ?? '')
    }
    const inView = await page.evaluate(() => {
      const row = document.activeElement?.getBoundingClientRect()
      const box = document.activeElement?.closest('ul')?.parentElement?.getBoundingClientRect()
      return row !== undefined && box !== undefined && row.top >= box.top - 1 && row.bottom <= box.bottom + 1
    })
    expect(inView).toBe(true)
    // The wheel leads away from it, and the keyboard goes on from where it was.
    await page.getByRole('list').evaluate((list) => list.parentElement?.scrollTo(0, 0))
    await chatRow(page, 'Guest 44').waitFor()
    await focusIs('Guest 14')
    const inOrder = await page
      .getByRole('listitem')
      .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('aria-posinset'))))
    expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b))
    await page.keyboard.press('k')
    await focusIs('Guest 15')
    await page.keyboard.type('guest 3')
    await focusIs('Guest 39')
    await page.keyboard.press('Enter')
    await messages(page, 'from Guest 39').waitFor()

    // Closed by keyboard, the chat leaves the list with the focus in its row.
    await page.getByRole('button', { name: 'Close Chat' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Reopen' }).waitFor()
    await chatRow(page, 'Guest 39').waitFor({ state: 'detached' })
    await focusIs('Guest 38')
  })

  test('[WEB-83] a dialog that was closed and opened again in one moment stays', async () => {
    const page = await operatorPage('Dina')
    await page.getByRole('button', { name: 'New chat' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Email' }).fill('kept@example.com')
    await dialog.evaluate(async (box) => {
      const found = box as HTMLDialogElement
      const closed = new Promise((done) => found.addEventListener('close', done, { once: true }))
      found.close()
      found.showModal()
      await closed
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    })
    await expect.poll(() => dialog.getByRole('textbox', { name: 'Email' }).inputValue()).toBe('kept@example.com')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  test('[WEB-1] on a phone one pane shows at a time, and Back leads to the list', async () => {
    await clientWrites('Pocket', 'On the way')
    const context = await world.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true })
    const page = await signInAsOperator(context, world.url, { email: 'pocket-op@example.com', name: 'Pia' })
    await chatRow(page, 'Pocket').tap()
    await messages(page, 'On the way').waitFor()
    await expect.poll(() => chatRow(page, 'Pocket').isVisible()).toBe(false)
    await write(page, 'See you soon')
    await messages(page, 'See you soon').waitFor()
    await page.goBack()
    await chatRow(page, 'Pocket').waitFor()
    await expect.poll(() => composer(page).isVisible()).toBe(false)
    await chatRow(page, 'Pocket').tap()
    await page.getByRole('link', { name: 'Back to list' }).tap()
    await chatRow(page, 'Pocket').getByText('See you soon').waitFor()
  })
})
