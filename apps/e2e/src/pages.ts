import type { BrowserContext, Locator, Page } from 'playwright-core'

/** Uses the pages by roles and names, as users do. Only `shownTexts` depends on the structure of the document. */

type Person = { email: string; name: string }

/** Opens a client's page. Signs in over REST and not by the form. */
export async function signInAsClient(context: BrowserContext, url: string, person: Person): Promise<Page> {
  return await signIn(context, { url, person, role: 'client' })
}

export async function signInAsOperator(context: BrowserContext, url: string, person: Person): Promise<Page> {
  return await signIn(context, { url, person, role: 'operator' })
}

type SignIn = { url: string; person: Person; role: 'client' | 'operator' }

async function signIn(context: BrowserContext, { url, person, role }: SignIn): Promise<Page> {
  const { origin } = new URL(url)
  const response = await context.request.post(`${origin}/api/users/login`, {
    data: { ...person, role },
    headers: { origin },
  })
  if (!response.ok()) throw new Error(`The sign-in was refused: ${response.status()} ${await response.text()}`)
  const { user } = await response.json()
  const page = await context.newPage()
  await page.goto(`${origin}/chats/${user.id}`)
  // A chats page renders its `main` when its code has run.
  await page.getByRole('main').waitFor()
  return page
}

/** Signs in by the form, from the home page, as on a first visit. */
export async function signInByForm(page: Page, { url, person, role }: SignIn): Promise<Page> {
  const way = role === 'client' ? 'Login as Client' : 'Login as Operator'
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

/** Finds the shown messages that contain this text. */
export function messages(page: Page, text: string | RegExp): Locator {
  return page.getByRole('article').filter({ hasText: text })
}

/** Finds the rows of a client in the operator's list. */
export function chatRow(page: Page, clientName: string): Locator {
  return page.getByRole('listitem').getByRole('link', { name: clientName })
}

/** Returns the first paragraph of each shown message, in the order of the page. */
export async function shownTexts(page: Page): Promise<string[]> {
  return await page
    .getByRole('article')
    .evaluateAll((articles) => articles.map((article) => article.querySelector('p[dir="auto"]')?.textContent ?? ''))
}

export const messageList = (page: Page): Locator => page.getByRole('region', { name: /^Messages/ })

export async function openAccountMenu(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Account: / }).click()
}

export async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

/** Finds the rows of a settings page that contain this text. */
export function settingsRow(page: Page, text: string | RegExp): Locator {
  return page.getByRole('main').getByRole('listitem').filter({ hasText: text })
}
