import { waitFor } from '@deskbell/testkit/wait-for'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chatRow, composer, messages, shownTexts, signInAsClient, signInAsOperator, write } from '../../src/pages.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

describe.skipIf(!tools.chromium)('two tabs of one client', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(async () => await world?.[Symbol.asyncDispose]())

  const shows = (page: Page, texts: string[]) =>
    waitFor(async () => JSON.stringify(await shownTexts(page)) === JSON.stringify(texts), {
      what: `${texts.join(', ')} in ${page.url()}`,
    })

  test('[WEB-71] [WEB-72] [WEB-73] first messages of both tabs arrive in one chat, a sent draft leaves the other tab, and a draft survives a full storage', async () => {
    const context = await world.newContext()
    const first = await signInAsClient(context, world.url, { email: 'two@example.com', name: 'Tessa Two' })
    const second = await context.newPage()
    await second.goto(first.url())
    await composer(second).waitFor()
    await context.setOffline(true)
    await write(first, 'from the first')
    await write(second, 'from the second')
    await context.setOffline(false)
    const operator = await signInAsOperator(await world.newContext(), world.url, {
      email: 'desk@example.com',
      name: 'Otto',
    })
    await chatRow(operator, 'Tessa Two').click()
    await messages(operator, 'from the second').waitFor()
    await messages(operator, 'from the first').waitFor()
    const texts = await shownTexts(operator)
    expect([...texts].sort()).toEqual(['from the first', 'from the second'])
    expect(await chatRow(operator, 'Tessa Two').count()).toBe(1)
    await shows(first, texts)
    await shows(second, texts)

    await composer(first).fill('half a sentence')
    await second.reload()
    await waitFor(async () => (await composer(second).inputValue()) === 'half a sentence')
    await composer(first).press('Enter')
    await waitFor(async () => (await composer(second).inputValue()) === '', { what: 'the other composer emptied' })
    await composer(second).press('Control+z')
    await expect.poll(() => composer(second).inputValue()).toBe('half a sentence')
    await composer(second).fill('something else')
    await write(first, 'once more')
    await messages(second, 'once more').waitFor()
    await expect.poll(() => composer(second).inputValue()).toBe('something else')

    await second.evaluate(() => {
      let size = 1024 * 1024
      for (let nth = 0; size >= 1; nth += 1) {
        try {
          localStorage.setItem(`filler ${nth}`, 'x'.repeat(size))
        } catch {
          size = Math.floor(size / 2)
        }
      }
    })
    // Longer than the space that is left.
    const long = 'no room for this '.repeat(100).trim()
    await composer(second).fill(long)
    await second.getByText('your draft can’t be saved', { exact: false }).waitFor()
    await second.reload()
    await waitFor(async () => (await composer(second).inputValue()) === long)
  })
})
