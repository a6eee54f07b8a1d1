import { startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import { messageList, messages, shownTexts, signInAsClient } from '../../src/pages.ts'
import { type RestUser, signInByRest } from '../../src/programs/rest-user.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

const said = (from: number, to: number) =>
  Array.from(
    { length: to - from + 1 },
    (_, place) => `message ${from + place}${'\nwith another line'.repeat((from + place) % 3)}`,
  )

describe.skipIf(!tools.chromium)('long histories', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  async function chatWith(name: string, count: number): Promise<{ program: RestUser; chatId: number }> {
    const program = await signInByRest(world.url, { email: `${name}@example.com`, name, role: 'client' })
    const chatId = await program.createChat()
    await program.sendAll(chatId, said(1, count))
    return { program, chatId }
  }

  async function open(name: string, url = world.url): Promise<Page> {
    return await signInAsClient(await world.newContext(), url, { email: `${name}@example.com`, name })
  }

  test('[WEB-6] scrolling up loads each message once and in order, and the view does not jump', async () => {
    await chatWith('Long', 230)
    const page = await open('Long')
    await messages(page, /^.*message 230\b/s).waitFor()
    expect(await jumpsWhileScrollingUp(page)).toEqual([])
    expect((await shownTexts(page)).length).toBe(230)
    expect(await shownTexts(page)).toEqual(said(1, 230))
  })

  test('[WEB-18] after a reset no message is missing and the view does not jump', async () => {
    const { program, chatId } = await chatWith('Reset', 60)
    await using proxy = await startFaultProxy(world.url)
    const page = await open('Reset', proxy.url)
    await page.getByText('message 60', { exact: true }).waitFor()
    await messageList(page).evaluate((box) => box.scrollTo(0, box.scrollHeight / 2))
    const anchor = await firstVisible(page)
    proxy.target(null)
    proxy.cut()
    // More entries than a stream resumes with, so the server sends a `reset`.
    await program.sendAll(chatId, said(61, 400))
    proxy.target(world.url)
    await messages(page, /message 400\b/).waitFor()
    expect(await jumpOf(page, anchor)).toBeLessThanOrEqual(2)
    const shown = await eventually(
      () => shownTexts(page),
      (all) => all.at(-1)?.startsWith('message 400') === true,
    )
    const first = Number(/\d+/.exec(shown[0] ?? '')?.[0])
    expect(shown).toEqual(said(first, 400))
    expect(first).toBeLessThanOrEqual(anchor.seq)
  })
})

type Anchor = { seq: number; top: number }

/**
 * Returns the first message whose top is in view, and its distance from the top of the list, which a banner may move.
 * With `scrollTo` it scrolls first and waits for the frame, because only what moves without scrolling is a jump.
 */
async function firstVisible(page: Page, scrollTo?: number): Promise<Anchor> {
  return await messageList(page).evaluate(async (box, y) => {
    if (y !== undefined) box.scrollTo(0, y)
    await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)))
    const edge = box.getBoundingClientRect().top
    const items = [...box.querySelectorAll('article[data-seq]')]
    const item = items.find((each) => each.getBoundingClientRect().top >= edge)
    return { seq: Number(item?.getAttribute('data-seq')), top: (item?.getBoundingClientRect().top ?? 0) - edge }
  }, scrollTo)
}

/** Returns by how many pixels the message has moved in the view. Measures after a paint, so after all observers. */
async function jumpOf(page: Page, anchor: Anchor): Promise<number> {
  const top = await messageList(page).evaluate(async (box, seq) => {
    await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)))
    const item = box.querySelector(`article[data-seq="${seq}"]`)
    return (item?.getBoundingClientRect().top ?? Number.NaN) - box.getBoundingClientRect().top
  }, anchor.seq)
  return Math.abs(top - anchor.top)
}

/** Scrolls near the start until everything is loaded. Returns a text for each page of history that moved the view. */
async function jumpsWhileScrollingUp(page: Page): Promise<string[]> {
  // A font that arrives late would move every line.
  await page.evaluate(async () => void (await document.fonts.ready))
  const jumps: string[] = []
  for (let known = 0; known < 230; ) {
    const before = known
    const anchor = await firstVisible(page, 300)
    known = await eventually(
      () => page.getByRole('article').count(),
      (count) => count > before,
    )
    const jump = await jumpOf(page, anchor)
    if (jump > 2) jumps.push(`${jump} px at message ${anchor.seq}, from ${before} to ${known} messages`)
  }
  return jumps
}
