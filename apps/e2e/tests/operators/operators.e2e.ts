import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import { chatRow, composer, messages, signInAsOperator, write } from '../../src/pages.ts'
import { signInByRest } from '../../src/programs/rest-user.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

describe.skipIf(!tools.chromium)('operators and their list', () => {
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

  test('[CHAT-7] of two operators who open a chat at once one gets it, and the other can take it over', async () => {
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

  // Runs before the tests that fill the list, because only rows near the view are in the document.
  test('[WEB-81] a row shows how long its client waits, the list can be sorted by it, and "No reply needed" ends the waiting', async () => {
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

  test('[WEB-16] "Load more" loads the chats after the first page of the list', async () => {
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
    // Only rows near the view are in the document.
    await expect.poll(() => page.getByRole('listitem').count()).toBeLessThan(40)
    await chatRow(page, 'Many').last().focus()
    await page.keyboard.press('End')
    await page
      .getByRole('listitem')
      .and(page.locator(`[aria-posinset="${await setSize()}"]`))
      .waitFor()
  })

  test('[WEB-55] keys and typed names move through all rows, though only those near the view are in the document', async () => {
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
    // Scrolling away keeps the focus on its row, and the keyboard continues from there.
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

    // The row of a closed chat leaves the list, and the row that takes its place gets the focus.
    await page.getByRole('button', { name: 'Close Chat' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Reopen' }).waitFor()
    await chatRow(page, 'Guest 39').waitFor({ state: 'detached' })
    await focusIs('Guest 38')
  })

  test('[WEB-83] a dialog that is closed and reopened at once stays open and keeps its input', async () => {
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

  test('[WEB-1] a phone shows the list or the chat, and Back and "Back to list" lead to the list', async () => {
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
