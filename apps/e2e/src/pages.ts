import type { BrowserContext, Locator, Page } from 'playwright-core'

/** The pages as people use them: by roles and names, never by the structure of the document. */

type Person = { email: string; name: string }

export async function signInAsClient(context: BrowserContext, url: string, person: Person): Promise<Page> {
  return await signIn(await context.newPage(), { url, person, way: 'Login as Client' })
}

export async function signInAsOperator(context: BrowserContext, url: string, person: Person): Promise<Page> {
  return await signIn(await context.newPage(), { url, person, way: 'Login as Operator' })
}

async function signIn(page: Page, { url, person, way }: { url: string; person: Person; way: string }): Promise<Page> {
  await page.goto(url)
  await page.getByRole('link', { name: way }).click()
  await page.getByRole('textbox', { name: 'Email' }).fill(person.email)
  await page.getByRole('textbox', { name: 'Name' }).fill(person.name)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL(/\/chats\/\d+/)
  return page
}

export const composer = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' })

export async function write(page: Page, text: string): Promise<void> {
  await composer(page).fill(text)
  await composer(page).press('Enter')
}

/** Every message with this text that the page shows. */
export function messages(page: Page, text: string | RegExp): Locator {
  return page.getByRole('article').filter({ hasText: text })
}

/** The row of a client in the operator's list. */
export function chatRow(page: Page, clientName: string): Locator {
  return page.getByRole('listitem').getByRole('link', { name: clientName })
}

/** The texts of all shown messages, in the order of the page. */
export async function shownTexts(page: Page): Promise<string[]> {
  return await page
    .getByRole('article')
    .evaluateAll((articles) => articles.map((article) => article.querySelector('p[dir="auto"]')?.textContent ?? ''))
}

export const thread = (page: Page): Locator => page.getByRole('region', { name: /^Messages/ })

export async function openAccountMenu(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Account: / }).click()
}
