import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { watchPages } from './page-probe.ts'

export type PageUser = { readonly name: string; readonly email: string; readonly role: 'client' | 'operator' }

/** Where a user signs in, and the field that says that the page can be used. */
export const signInPath = { client: '/login', operator: '/login-operator' }
export const firstField = 'form input'
export const messageField = 'form textarea'

const screen: BrowserContextOptions = { locale: 'en-GB', viewport: { width: 1280, height: 800 } }
/** Proxies and people's browsers may choose another encoding; the targets are given for this one. */
const gzipOnly: BrowserContextOptions = { extraHTTPHeaders: { 'accept-encoding': 'gzip' } }

type Visit = { readonly place: string; readonly session?: Session }
export type Session = Exclude<BrowserContextOptions['storageState'], undefined>

/** A page of a browser that has cached nothing; closing its context ends the visit. */
export async function firstVisit(browser: Browser, { place, session }: Visit): Promise<Page> {
  const context = await browser.newContext({ ...screen, ...gzipOnly, ...(session && { storageState: session }) })
  await watchPages(context, place)
  return await context.newPage()
}

/** Signs in by the form, and gives the cookies. */
export async function signIn(browser: Browser, url: string, { name, email, role }: PageUser): Promise<Session> {
  const page = await firstVisit(browser, { place: firstField })
  await page.goto(`${url}${signInPath[role]}`)
  await page.getByRole('textbox', { name: 'Email' }).fill(email)
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL(/\/chats\/\d+/)
  const session = await page.context().storageState()
  await page.context().close()
  return session
}
