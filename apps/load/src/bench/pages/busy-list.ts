/// <reference lib="dom" />
import { setTimeout as delay } from 'node:timers/promises'
import { execute } from '@deskbell/testkit/execute'
import type { Browser, CDPSession, Page } from 'playwright-core'
import type { LongTasks } from './page-probe.ts'
import { firstVisit, type PageUser, signIn } from './page-users.ts'

export type BusyListSize = { readonly chats: number; readonly perSecond: number; readonly minutes: number }

export type BusyList = BusyListSize & {
  /** Messages that were acknowledged meanwhile. */
  readonly sent: number
  readonly longTasks: LongTasks
  /** In megabytes, after a collection: once the list was loaded and busy for a while, and at the end. */
  readonly heapStartMb: number
  readonly heapEndMb: number
  /** Elements of the whole document at the end. */
  readonly elements: number
}

type Server = { readonly url: string; readonly connectionString: string }

const operator: PageUser = { name: 'Olga', email: 'busy@example.com', role: 'operator' }
/** As many people write, each in the same number of chats. */
const writers = 50
/** Until code and caches are warm, nothing counts. */
const warmSeconds = 10

/** An operator's list of many chats, while messages come into them all the time. */
export async function measureBusyList(browser: Browser, server: Server, size: BusyListSize): Promise<BusyList> {
  const clients = await makeChats(server, size.chats)
  const session = await signIn(browser, server.url, operator)
  const page = await firstVisit(browser, { place: '[data-row]', session })
  await page.goto(server.url)
  await page.getByRole('link', { name: 'Go to inbox' }).click()
  await loadAll(page, size.chats)
  const devtools = await page.context().newCDPSession(page)
  const ended = new AbortController()
  const sending = sendSteadily(server.url, { clients, perSecond: size.perSecond, signal: ended.signal })
  const seconds = size.minutes * 60
  await delay(Math.min(warmSeconds, seconds) * 1_000)
  const heapStartMb = await heapMb(devtools)
  await page.evaluate(() => {
    globalThis.pageProbe.longTasks = []
  })
  await delay(seconds * 1_000)
  const longTasks = await readLongTasks(page)
  ended.abort()
  const sent = await sending
  const heapEndMb = await heapMb(devtools)
  const elements = await page.evaluate(() => document.querySelectorAll('*').length)
  await page.context().close()
  return { ...size, sent, longTasks, heapStartMb, heapEndMb, elements }
}

type Writer = { readonly token: string; readonly chatIds: readonly number[] }

/** By SQL: so many chats by calls would take minutes. */
async function makeChats({ url, connectionString }: Server, chats: number): Promise<Writer[]> {
  const made: Writer[] = []
  for (let nth = 0; nth < writers; nth += 1) {
    const body = JSON.stringify({ email: `writer-${nth}@example.com`, name: `Writer ${nth}`, role: 'client' })
    const response = await fetch(`${url}/api/users/login`, { method: 'POST', headers: json, body })
    const { user, token } = (await response.json()) as { user: { id: number }; token: string }
    const rows = await execute(
      connectionString,
      `insert into chats (user_id, created_by, status, last_message_at, created_at, last_entry_at)
         select ${user.id}, ${user.id}, 'open', now() - n * interval '1 minute', now() - interval '10 days', now() - n * interval '1 minute'
         from generate_series(1, ${Math.ceil(chats / writers)}) n returning id`,
    )
    made.push({ token, chatIds: rows.map(({ id }) => Number(id)) })
  }
  await execute(connectionString, 'analyze chats')
  return made
}

/** As an operator would who wants to see them all. */
async function loadAll(page: Page, chats: number): Promise<void> {
  const more = page.getByRole('button', { name: 'Load more' })
  await page.locator('[data-row]').first().waitFor()
  for (let pages = 0; pages < chats; pages += 1) {
    await page.locator('[data-row]').last().focus()
    await page.keyboard.press('End')
    const size = await page.locator('li[aria-setsize]').last().getAttribute('aria-setsize')
    if (size !== '-1') return
    await more.click()
  }
}

const json = { 'content-type': 'application/json' }

type Sending = { readonly clients: readonly Writer[]; readonly perSecond: number; readonly signal: AbortSignal }

/** At a steady rate, into chats all over the list. Returns how many were acknowledged. */
async function sendSteadily(url: string, { clients, perSecond, signal }: Sending): Promise<number> {
  const startedAt = performance.now()
  let acknowledged = 0
  const running = new Set<Promise<void>>()
  for (let nth = 0; !signal.aborted; nth += 1) {
    await delay(Math.max(0, startedAt + (nth * 1_000) / perSecond - performance.now()))
    const writer = clients[nth % clients.length]
    const chatId = writer?.chatIds[Math.floor(Math.random() * (writer?.chatIds.length ?? 0))]
    if (writer === undefined || chatId === undefined) throw new Error('There is nobody to write.')
    const send = post(`${url}/api/chats/${chatId}/messages`, writer.token, nth).then(() => {
      acknowledged += 1
    })
    running.add(send)
    void send.finally(() => running.delete(send))
  }
  await Promise.all(running)
  return acknowledged
}

async function post(address: string, token: string, nth: number): Promise<void> {
  const body = JSON.stringify({ text: `message ${nth} with a few more words in it`, clientMsgId: `busy-${nth}` })
  const headers = { ...json, authorization: `Bearer ${token}` }
  const response = await fetch(address, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`${response.status} for ${address}: ${await response.text()}`)
  await response.arrayBuffer()
}

async function heapMb(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  return usedSize / 1_000_000
}

async function readLongTasks(page: Page): Promise<LongTasks> {
  return await page.evaluate(() => {
    const durations = globalThis.pageProbe.longTasks.map(({ durationMs }) => durationMs)
    const sumMs = durations.reduce((sum, each) => sum + each, 0)
    return { count: durations.length, sumMs, longestMs: Math.max(0, ...durations) }
  })
}
