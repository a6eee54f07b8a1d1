/// <reference lib="dom" />
import type { Browser, Page } from 'playwright-core'
import { makeLongChat } from './long-chat.ts'
import { firstField, firstVisit, messageField, type PageUser, signIn, signInPath } from './page-users.ts'

/** From what somebody did to what is in the document, in milliseconds, each time anew. */
export type Quickness = {
  /** From the press of *Sign in*, on a page at rest, to a field that takes a message. */
  readonly signInMs: readonly number[]
  /** From Enter to the own message. */
  readonly ownMessageMs: readonly number[]
  /**
   * From the press on a row to messages of that chat: one that nobody came near before, such as by a program; one that
   * the pointer has rested on; and one that was open before.
   */
  readonly coldSwitchMs: readonly number[]
  readonly firstSwitchMs: readonly number[]
  readonly switchMs: readonly number[]
}

type Server = { readonly url: string; readonly connectionString: string }

declare global {
  var waitingFor: Promise<number>
}

const chats = 12
/** From reaching a row to pressing it; people take longer. */
const aimingMs = 150
const messagesEach = 200

export async function measureQuickness(
  browser: Browser,
  { server, rounds }: { server: Server; rounds: number },
): Promise<Quickness> {
  const signInMs: number[] = []
  const ownMessageMs: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const page = await firstVisit(browser, { place: firstField })
    signInMs.push(await timeSignIn(page, server.url, `quick-${round}@example.com`))
    for (let nth = 0; nth < 4; nth += 1) ownMessageMs.push(await timeOwnMessage(page, `written ${round} ${nth}`))
    await page.context().close()
  }
  return { signInMs, ownMessageMs, ...(await timeSwitches(browser, { server, rounds })) }
}

async function timeSignIn(page: Page, url: string, email: string): Promise<number> {
  await page.goto(`${url}${signInPath.client}`)
  // Somebody who fills in the form takes longer than the browser takes to store the shell.
  await page.evaluate(async () => void (await navigator.serviceWorker.ready))
  await page.waitForLoadState('networkidle')
  await page.getByRole('textbox', { name: 'Email' }).fill(email)
  await page.getByRole('textbox', { name: 'Name' }).fill('Quinn')
  const press = () => page.getByRole('button', { name: 'Sign in', exact: true }).click()
  return await timeUntil(page, { event: 'click', selector: `${messageField}:enabled` }, press)
}

async function timeOwnMessage(page: Page, text: string): Promise<number> {
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.fill(text)
  const ms = await timeUntil(page, { event: 'keydown', selector: 'article', text }, () => field.press('Enter'))
  await page.getByRole('article').filter({ hasText: text }).getByText('Sent').first().waitFor({ state: 'attached' })
  return ms
}

async function timeSwitches(
  browser: Browser,
  { server, rounds }: { server: Server; rounds: number },
): Promise<Pick<Quickness, 'coldSwitchMs' | 'firstSwitchMs' | 'switchMs'>> {
  const operator: PageUser = { name: 'Olaf', email: 'switching@example.com', role: 'operator' }
  const names = Array.from({ length: chats }, (_, nth) => `Client ${String.fromCharCode(65 + nth)}`)
  for (const name of names) {
    const client: PageUser = { name, email: `${name.replace(' ', '-')}@example.com`, role: 'client' }
    await makeLongChat(server, { messages: messagesEach, client, operator })
  }
  const session = await signIn(browser, server.url, operator)
  const page = await firstVisit(browser, { place: messageField, session })
  await page.goto(server.url)
  await page.getByRole('link', { name: 'Go to inbox' }).click()
  // Those who have signed in before have chats too, and only rows near the view stand in the document.
  await page.getByRole('button', { name: 'Mine' }).click()
  const rowOf = (name: string) => page.getByRole('listitem').getByRole('link', { name })
  const open = async (name: string, press: () => Promise<void>) => {
    await rowOf(name).waitFor()
    return await timeUntil(page, { event: 'click', selector: `[aria-label="Messages with ${name}"] article` }, press)
  }
  const coldSwitchMs: number[] = []
  const firstSwitchMs: number[] = []
  for (const [nth, name] of names.entries()) {
    // In turns, so that both kinds meet the same page.
    if (nth % 2 === 0) {
      coldSwitchMs.push(await open(name, () => rowOf(name).evaluate((row: HTMLElement) => row.click())))
    } else {
      await rowOf(name).hover()
      await page.waitForTimeout(aimingMs)
      firstSwitchMs.push(await open(name, () => rowOf(name).click()))
    }
  }
  const switchMs: number[] = []
  const lately = names.slice(-6)
  for (let round = 0; round < rounds; round += 1)
    for (const name of lately) switchMs.push(await open(name, () => rowOf(name).click()))
  await page.context().close()
  return { coldSwitchMs, firstSwitchMs, switchMs }
}

type Awaited = { readonly event: 'click' | 'keydown'; readonly selector: string; readonly text?: string }

/** From the browser's event that `act` causes to the change of the document that brings what is awaited. */
async function timeUntil(page: Page, awaited: Awaited, act: () => Promise<void>): Promise<number> {
  await page.evaluate(({ event, selector, text = '' }) => {
    globalThis.waitingFor = new Promise((resolve) => {
      const begin = ({ timeStamp }: Event) => {
        const observer = new MutationObserver(check)
        observer.observe(document, { childList: true, subtree: true, attributes: true, characterData: true })
        check()
        function check() {
          const found = [...document.querySelectorAll(selector)].some((each) => each.textContent?.includes(text))
          if (!found) return
          observer.disconnect()
          resolve(performance.now() - timeStamp)
        }
      }
      addEventListener(event, begin, { capture: true, once: true })
    })
  }, awaited)
  await act()
  return await page.evaluate(() => globalThis.waitingFor)
}
