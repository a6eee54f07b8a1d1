import { startFaultProxy } from '@deskbell/testkit/fault-proxy'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../src/eventually.ts'
import { messageList, messages, shownTexts, signInAsClient } from '../src/pages.ts'
import { type RestUser, signInByRest } from '../src/rest-user.ts'
import { tools } from '../src/tools.ts'
import { createWorld, type World } from '../src/world.ts'

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

  test('[WEB-6] history loads upwards to the beginning without a hole, a repeat or a jump', async () => {
    await chatWith('Long', 230)
    const page = await open('Long')
    await messages(page, /^.*message 230\b/s).waitFor()
    expect(await jumpsWhileScrollingUp(page)).toEqual([])
    expect((await shownTexts(page)).length).toBe(230)
    expect(await shownTexts(page)).toEqual(said(1, 230))
  })

  test('[WEB-18] a reset in the browser loses no message and does not jump the scroll', async () => {
    const { program, chatId } = await chatWith('Reset', 60)
    await using proxy = await startFaultProxy(world.url)
    const page = await open('Reset', proxy.url)
    await page.getByText('message 60', { exact: true }).waitFor()
    await messageList(page).evaluate((box) => box.scrollTo(0, box.scrollHeight / 2))
    const anchor = await firstVisible(page)
    proxy.target(null)
    proxy.cut()
    // More than a stream may catch up with: coming back ends in `reset`.
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
 * The first message that stands whole in the view, and its distance from the edge above (the banner may move that edge).
 * Scrolls there first, if asked to, and lets the page see it: a jump is what happens while nobody scrolls.
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

/** How far the message has moved in the view since, in pixels: as painted, so after the observers of a frame. */
async function jumpOf(page: Page, anchor: Anchor): Promise<number> {
  const top = await messageList(page).evaluate(async (box, seq) => {
    await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)))
    const item = box.querySelector(`article[data-seq="${seq}"]`)
    return (item?.getBoundingClientRect().top ?? Number.NaN) - box.getBoundingClientRect().top
  }, anchor.seq)
  return Math.abs(top - anchor.top)
}

/** Scrolls to the start again and again until everything is loaded; tells of each page that moved the view. */
async function jumpsWhileScrollingUp(page: Page): Promise<string[]> {
  // A font that comes late moves every line once.
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
