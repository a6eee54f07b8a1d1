import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'
import { waitFor } from '@deskbell/testkit/wait-for'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser } from '../../src/browser.ts'
import { tools } from '../../src/tools.ts'

const sources = new URL('.', import.meta.resolve('@deskbell/sdk'))

const html = `<!doctype html><link rel="icon" href="data:," /><script type="module">
  import { readBrowser } from '/outbox/storage/browser.ts'
  import { createDeviceAccountStore } from '/outbox/account-store.ts'
  const told = { lost: 0, notices: 0, turns: 0 }
  const hanging = location.search === '?hanging' && { indexedDB: { open: () => new EventTarget() } }
  const browser = { ...readBrowser(), ...hanging }
  const options = { account: 'me', browser, onKept: (isKept) => isKept || told.lost++, onRestored() {}, onNotice: () => told.notices++ }
  const store = createDeviceAccountStore(options)
  const add = (clientMsgId) => {
    const item = { clientMsgId, text: 'text', createdAt: '2026-01-01T00:00:00.000Z', waitsSince: Date.now() }
    return store.write(1, { do: 'add', item })
  }
  const read = async () => (await store.read(1)).map((row) => row.clientMsgId)
  const takeTurn = () => void store.sendLock(1).acquired.then(() => told.turns++)
  Object.assign(window, { desk: { told, add, read, takeTurn } })
</script>`

/** Serves the source of the outbox without a build. Only the types are removed. */
function startPages(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    if (path.startsWith('/?') || path === '/') return void response.setHeader('content-type', 'text/html').end(html)
    readFile(fileURLToPath(new URL(`.${path}`, sources)), 'utf8').then(
      (source) => response.setHeader('content-type', 'text/javascript').end(stripTypeScriptTypes(source)),
      () => response.writeHead(404).end(),
    )
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

describe.skipIf(!tools.chromium)('the outbox in a real browser', () => {
  let server: Server
  let browser: Browser
  let context: BrowserContext
  beforeAll(async () => {
    server = await startPages()
    browser = await launchBrowser()
  })
  beforeEach(async () => {
    await context?.close()
    context = await browser.newContext()
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  function address(): string {
    const at = server.address()
    if (at === null || typeof at === 'string') throw new Error('The pages have no address.')
    return `http://127.0.0.1:${at.port}/`
  }

  async function openPage(search = ''): Promise<Page> {
    const page = await context.newPage()
    await page.goto(address() + search)
    await page.waitForFunction('window.desk !== undefined')
    return page
  }

  const read = (page: Page) => page.evaluate<string[]>('desk.read()')
  const told = (page: Page, what: 'lost' | 'notices' | 'turns') => page.evaluate<number>(`desk.told.${what}`)

  async function crash(page: Page): Promise<void> {
    const crashed = page.waitForEvent('crash')
    void page.goto('chrome://crash').catch(() => {})
    await crashed
  }

  test('[SDK-10] stored messages survive a crash of their tab, in order', async () => {
    const before = await openPage()
    for (const id of ['a', 'b', 'c']) await before.evaluate(`desk.add('${id}')`)
    await crash(before)
    expect(await read(await openPage())).toEqual(['a', 'b', 'c'])
  })

  test('[SDK-10] a tab that crashes before IndexedDB has answered loses no message', async () => {
    const before = await openPage('?hanging')
    await before.evaluate(`void desk.add('a'); void desk.add('b')`)
    await crash(before)
    expect(await read(await openPage())).toEqual(['a', 'b'])
  })

  test('[SDK-11] tabs share one order, are notified of each other, and only one has the send lock, also after a crash', async () => {
    const [first, second] = [await openPage(), await openPage()]
    await first.evaluate(`desk.add('a')`)
    await second.evaluate(`desk.add('b')`)
    await first.evaluate(`desk.add('c')`)
    expect(await read(second)).toEqual(['a', 'b', 'c'])
    await waitFor(async () => (await told(second, 'notices')) === 2, { what: 'both notices' })
    await first.evaluate('desk.takeTurn()')
    // The lock goes to the first request that arrives, so the second tab asks only now.
    await waitFor(async () => (await told(first, 'turns')) === 1, { what: 'the turn of the first tab' })
    await second.evaluate('desk.takeTurn()')
    expect(await told(second, 'turns')).toBe(0)
    await crash(first)
    await waitFor(async () => (await told(second, 'turns')) === 1, { what: 'the turn of the second tab' })
  })

  test('[SDK-10] after the data of the site is deleted, an open page keeps its messages and reports once that they are not stored', async () => {
    const page = await openPage()
    await page.evaluate(`desk.add('a')`)
    expect(await read(page)).toEqual(['a'])
    const devtools = await context.newCDPSession(page)
    await devtools.send('Storage.clearDataForOrigin', { origin: new URL(address()).origin, storageTypes: 'all' })
    await page.evaluate(`desk.add('b')`)
    expect(await read(page)).toEqual(['a', 'b'])
    expect(await told(page, 'lost')).toBe(1)
  })
})
