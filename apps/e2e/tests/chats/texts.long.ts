import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chatRow, composer, messages, signInAsClient, signInAsOperator, write } from '../../src/pages.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

/** Changes the page as the translators of browsers do: moves each text into elements of its own. */
async function translatePage(page: Page): Promise<void> {
  await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const texts: Text[] = []
    while (walker.nextNode()) if (walker.currentNode instanceof Text) texts.push(walker.currentNode)
    for (const text of texts) {
      const parent = text.parentElement
      if (parent === null || parent.closest('script, style, textarea, font') !== null || text.data.trim() === '')
        continue
      const [outer, inner] = [document.createElement('font'), document.createElement('font')]
      outer.append(inner)
      parent.replaceChild(outer, text)
      inner.append(text.data)
    }
  })
}

describe.skipIf(!tools.chromium)('texts of messages', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  async function talk(name: string): Promise<{ client: Page; operator: Page }> {
    const email = `${name.toLowerCase()}@example.com`
    const client = await signInAsClient(await world.newContext(), world.url, { email, name })
    await write(client, 'first')
    const person = { email: `op-${email}`, name: `Op ${name}` }
    const operator = await signInAsOperator(await world.newContext(), world.url, person)
    await chatRow(operator, name).click()
    await messages(operator, 'first').waitFor()
    return { client, operator }
  }

  test('[WEB-39] markup is shown as elements, and in rows as plain text; long code scrolls, and a single emoji is large', async () => {
    const { client, operator } = await talk('Marks')
    await write(
      client,
      '**bold** *italic* `code` https://a.example/x <b>no</b>\n- one\n- two\n> quoted\n```js\nlet x\n```',
    )
    const bubble = messages(operator, 'quoted')
    await bubble.waitFor()
    await expect.poll(() => bubble.getByRole('strong').textContent()).toBe('bold')
    await expect.poll(() => bubble.getByRole('emphasis').textContent()).toBe('italic')
    await expect.poll(() => bubble.getByRole('code').allTextContents()).toEqual(['code', 'let x'])
    await expect.poll(() => bubble.getByRole('listitem').allTextContents()).toEqual(['one', 'two'])
    await expect.poll(() => bubble.getByRole('blockquote').textContent()).toBe('quoted')
    await expect.poll(() => bubble.getByRole('link').getAttribute('href')).toBe('https://a.example/x')
    await expect.poll(() => bubble.locator('b').count()).toBe(0)
    await expect
      .poll(() => chatRow(operator, 'Marks').textContent())
      .toContain('bold italic code https://a.example/x <b>no</b>')

    await write(client, `\`\`\`\n${'wide '.repeat(80)}\n\`\`\``)
    const code = messages(operator, 'wide').getByRole('code')
    const isScrolled = (element: Element) =>
      (element.parentElement?.scrollWidth ?? 0) > (element.parentElement?.clientWidth ?? 0)
    expect(await code.evaluate(isScrolled)).toBe(true)
    const fits = () => document.documentElement.scrollWidth <= window.innerWidth
    expect(await operator.evaluate(fits)).toBe(true)

    const height = async (text: string) =>
      (await messages(operator, text).locator('p').first().boundingBox())?.height ?? 0
    await write(client, '👨‍👩‍👧')
    await write(client, 'plain')
    await messages(operator, 'plain').waitFor()
    expect(await height('👨‍👩‍👧')).toBeGreaterThan(1.5 * (await height('plain')))
  })

  test('[WEB-40] each line of a message has the direction of its first letter', async () => {
    const { client, operator } = await talk('Lines')
    await write(client, 'Order 123\nשלום?\nпривет')
    await messages(operator, 'Order 123').waitFor()
    // True for each line whose first character is to the left of its last.
    const places = await messages(operator, 'Order 123')
      .locator('[dir=auto]', { hasText: 'Order 123' })
      .first()
      .evaluate((element) => {
        const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
        const node = walker.nextNode()
        if (!(node instanceof Text)) throw new Error('no text')
        const left = (at: number) => {
          const range = document.createRange()
          range.setStart(node, at)
          range.setEnd(node, at + 1)
          return range.getBoundingClientRect().left
        }
        return node.data.split('\n').map((line) => {
          const start = node.data.indexOf(line)
          return left(start) < left(start + line.length - 1)
        })
      })
    expect(places).toEqual([true, false, true])
  })

  test('[WEB-41] pages that the browser has translated still show edits, new messages, a close and a reopening', async () => {
    const { client, operator } = await talk('Translated')
    await write(client, 'the parcel has numbre 17')
    await messages(operator, 'numbre').waitFor()
    await translatePage(client)
    await translatePage(operator)

    await composer(client).press('ArrowUp')
    await client.getByRole('textbox', { name: 'New message text' }).fill('the parcel has number 17')
    await client.getByRole('textbox', { name: 'New message text' }).press('Enter')
    for (const page of [client, operator]) {
      await messages(page, 'the parcel has number 17').waitFor()
      await expect.poll(() => messages(page, 'numbre').count()).toBe(0)
    }
    await write(operator, 'an answer')
    await messages(client, 'an answer').waitFor()
    await translatePage(client)
    await translatePage(operator)
    const row = chatRow(operator, 'Translated')
    await row.filter({ hasText: 'an answer' }).waitFor()

    await operator.getByRole('button', { name: 'Close Chat' }).click()
    await client.getByText('This chat is closed').first().waitFor()
    await translatePage(client)
    await translatePage(operator)
    await operator.getByRole('button', { name: 'Reopen' }).click()
    await write(client, 'once more')
    await messages(operator, 'once more').waitFor()
    await row.filter({ hasText: 'once more' }).waitFor()
    for (const page of [client, operator]) await expect.poll(() => page.getByText('could not be shown').count()).toBe(0)
  })

  test('[WEB-42] pasted separators and Alt+Enter become line breaks, invisible text is not sent, and a dropped file is refused', async () => {
    const { client, operator } = await talk('Typist')
    const box = composer(client)
    await box.focus()
    await box.evaluate((field) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', 'one\u000btwo\u2028three')
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    })
    await client.keyboard.press('Alt+Enter')
    await client.keyboard.type('four')
    await expect.poll(() => box.inputValue()).toBe('one\ntwo\nthree\nfour')
    await box.press('Enter')
    await messages(operator, 'four').waitFor()
    await expect.poll(() => messages(operator, 'four').locator('p').first().textContent()).toBe('one\ntwo\nthree\nfour')

    await write(client, '\u200b\u3164')
    await expect.poll(() => box.inputValue()).toBe('\u200b\u3164')
    await box.fill('я'.repeat(8_192 + 600))
    await client.getByText('600 characters too long').waitFor()
    await box.fill('')

    const isStopped = (element: Element) => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File(['x'], 'x.txt'))
      const event = (name: string) => new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true })
      return ['dragover', 'drop'].every((name) => !element.dispatchEvent(event(name)))
    }
    expect(await client.locator('body').evaluate(isStopped)).toBe(true)
    await client.getByRole('button', { name: 'Remove x.txt' }).waitFor()
    expect(await box.evaluate(isStopped)).toBe(true)
  })

  test('[WEB-43] a message that was just sent can be edited on a device whose clock is three hours fast', async () => {
    const context = await world.newContext()
    await context.clock.setFixedTime(Date.now() + 3 * 3_600_000)
    const client = await signInAsClient(context, world.url, { email: 'fast@example.com', name: 'Fast' })
    await write(client, 'first')
    // Entries that arrive while the stream is live tell the page the server's time.
    await client.getByRole('button', { name: 'Copy message' }).waitFor()
    await messages(client, 'first').and(client.locator('[data-state=sent]')).waitFor()
    await write(client, 'second')
    await messages(client, 'second').and(client.locator('[data-state=sent]')).waitFor()
    await composer(client).press('ArrowUp')
    await client.getByRole('textbox', { name: 'New message text' }).waitFor()
  })

  test('[WEB-44] a chat is printed on several pages, with its messages, their authors and times, and no buttons', async () => {
    const { client, operator } = await talk('Paper')
    await write(client, Array.from({ length: 120 }, (_, line) => `line ${line}`).join('\n'))
    await messages(operator, 'line 119').waitFor()
    for (const page of [client, operator]) {
      const pdf = await page.pdf({ format: 'A4' })
      expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(2)
      await page.emulateMedia({ media: 'print' })
      await page.getByRole('article').getByText('line 119').waitFor()
      await expect.poll(() => page.getByRole('heading', { name: /^Paper \d/ }).count()).toBe(2)
      await expect.poll(() => page.getByRole('button').count()).toBe(0)
      await page.emulateMedia({ media: 'screen' })
      await page.getByRole('button', { name: 'Send' }).waitFor()
    }
  })

  test('[WEB-45] a long name is cut with an ellipsis, and the copy button works without the clipboard API', async () => {
    const name = 'W'.repeat(110)
    const { client, operator } = await talk(name)
    const heading = messages(operator, 'first').getByTitle(name)
    const look = await heading.evaluate((element) => ({
      isCut: element.scrollWidth > element.clientWidth,
      overflow: getComputedStyle(element).textOverflow,
    }))
    expect(look).toEqual({ isCut: true, overflow: 'ellipsis' })

    await client.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }))
    await messages(client, 'first').hover()
    await client.evaluate(() =>
      document.addEventListener('copy', () => document.body.setAttribute('data-copied', String(getSelection()))),
    )
    await messages(client, 'first').getByRole('button', { name: 'Copy message' }).click()
    await client.locator('body[data-copied=first]').waitFor()
  })
})
