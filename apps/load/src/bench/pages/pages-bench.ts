import { startOwnPostgres } from '@deskbell/testkit/database/own-postgres'
import type { Browser } from 'playwright-core'
import { type Bench, type BenchOptions, type BenchResult, roundsOf } from '../suite/bench.ts'
import { startProductServer } from '../suite/product-server.ts'
import { findChromium, launchChromium } from './browser.ts'
import { type BusyList, measureBusyList } from './busy-list.ts'
import { makeLongChat } from './long-chat.ts'
import { type LoadRun, measureLoads, type Visited } from './measure-loads.ts'
import { measureQuickness, type Quickness } from './measure-quickness.ts'
import { measureSends } from './measure-sends.ts'
import {
  busyListTable,
  busyListTargets,
  pageTables,
  pageTargets,
  quicknessTable,
  quicknessTargets,
  type Scrolled,
} from './page-tables.ts'
import { firstField, firstVisit, messageField, type PageUser, signIn, signInPath } from './page-users.ts'
import { dragToStart, turnWheel, wheelSpeed } from './scroll-thread.ts'

const full = { chats: [50, 50_000], wheelPx: 100_000, list: { chats: 5_000, perSecond: 50, minutes: 5 } }
const quick = { chats: [500], wheelPx: 4_000, list: { chats: 200, perSecond: 20, minutes: 0.05 } }

const client: PageUser = { name: 'Clara', email: 'clara@example.com', role: 'client' }
const operator: PageUser = { name: 'Oleg', email: 'oleg@example.com', role: 'operator' }

/** Null: no Chromium was found. Loads stand in the order in which they ran; a busy list is left out of a quick run. */
type PagesRaw = {
  chromium: string
  loads: LoadRun[]
  quickness: Quickness
  scrolled: Scrolled[]
  busy: BusyList | null
} | null

/** What the pages weigh and how they bear a long chat, in a real browser and from the real server. */
export const pagesBench: Bench<PagesRaw> = {
  name: 'pages',
  title: 'The pages in a browser',
  async measure(options) {
    const rounds = loadRounds(options)
    const chromium = findChromium()
    if (chromium === null) return { rounds, raw: null }
    await using stack = new AsyncDisposableStack()
    const browser = await launchChromium(chromium)
    stack.defer(() => browser.close())
    return { rounds, raw: await measure(stack, { browser, options }) }
  },
  report: resultOf,
}

function loadRounds(options: BenchOptions): number {
  return roundsOf(options, 5)
}

async function measure(
  stack: AsyncDisposableStack,
  { browser, options }: { browser: Browser; options: BenchOptions },
): Promise<PagesRaw> {
  const size = options.quick ? quick : full
  const { connectionString } = stack.use(await startOwnPostgres())
  const { url } = stack.use(await startProductServer(connectionString))
  const pages: Visited[] = [{ name: 'sign-in', url: `${url}${signInPath.client}`, place: firstField }]
  for (const messages of size.chats) {
    // People of their own for each length, so that no other chat is in their lists.
    const [asking, answering] = [client, operator].map((user) => ({
      ...user,
      email: `${messages}-${user.email}`,
    }))
    if (asking === undefined || answering === undefined) continue
    const chat = await makeLongChat({ url, connectionString }, { messages, client: asking, operator: answering })
    const of = (id: number) => `${url}/chats/${id}?chat=${chat.chatId}`
    const sessions = [await signIn(browser, url, asking), await signIn(browser, url, answering)] as const
    const count = messages.toLocaleString('en')
    pages.push({ name: `client, ${count}`, url: of(chat.clientId), place: messageField, session: sessions[0] })
    pages.push({ name: `console, ${count}`, url: of(chat.operatorId), place: messageField, session: sessions[1] })
  }
  options.log(`${pages.length} pages, ${loadRounds(options)} cold loads of each`)
  const loads = await measureLoads(browser, { pages, rounds: loadRounds(options) })
  options.log('signing in, writing, and going from chat to chat')
  const server = { url, connectionString }
  const quickness = await measureQuickness(browser, { server, rounds: roundsOf(options, 9) })
  const scrolled: Scrolled[] = []
  for (const page of pages.slice(-2)) {
    options.log(`scrolling: ${page.name}`)
    scrolled.push(...(await scroll(browser, { page, wheelPx: size.wheelPx })))
  }
  // A quick run shows that the parts work; a busy list needs its minutes.
  const minutes = options.minutes ?? (options.quick ? null : size.list.minutes)
  if (minutes !== null) options.log(`a list of ${size.list.chats} chats for ${minutes} minutes`)
  const busy = minutes === null ? null : await measureBusyList(browser, server, { ...size.list, minutes })
  return { chromium: browser.version(), loads, quickness, scrolled, busy }
}

function resultOf(raw: PagesRaw): BenchResult {
  if (raw === null)
    return {
      about: 'No Chromium was found here.',
      tables: [],
      targets: [...pageTargets(new Map()), ...quicknessTargets(null), ...busyListTargets(null)],
    }
  const { chromium, quickness, scrolled, busy } = raw
  const loads = Map.groupBy(raw.loads, ({ name }) => name)
  return {
    about: about(chromium),
    tables: [
      ...pageTables(loads, scrolled),
      quicknessTable(quickness),
      ...(busy === null ? [] : [busyListTable(busy)]),
    ],
    targets: [...pageTargets(loads), ...quicknessTargets(quickness), ...busyListTargets(busy)],
  }
}

/** From the end upwards, then to the first message, then down from there with everything loaded; then ten messages. */
async function scroll(
  browser: Browser,
  { page: visited, wheelPx }: { page: Visited; wheelPx: number },
): Promise<Scrolled[]> {
  const { name, url, ...visit } = visited
  const page = await firstVisit(browser, visit)
  await page.goto(url)
  await page.getByRole('article').first().waitFor()
  const scrolled: Scrolled[] = [
    { name, gesture: `wheel up, ${wheelSpeed} px/s`, ...(await turnWheel(page, wheelPx)) },
    { name, gesture: 'scroll bar held at the start until the first message', ...(await dragToStart(page)) },
    { name, gesture: `wheel down, ${wheelSpeed} px/s, all loaded`, ...(await turnWheel(page, -wheelPx)) },
  ]
  const longTasks = await measureSends(page)
  await page.context().close()
  return [
    ...scrolled,
    { name, gesture: '10 messages sent, all loaded', longTasks, seconds: 0, frames: 0, dropped: 0, rowsMost: 0 },
  ]
}

function about(chromium: string): string {
  return `Chromium ${chromium} without a screen and a GPU, pages and data from the real server with its own PostgreSQL,
nothing cached, gzip. *Interactive*: from the start of the navigation to the moment when the field to write in takes
input and the last long task before a quiet second has ended. *Long tasks* are those that the browser reports: above
50 ms. *The list*: an operator has loaded all chats of it, and messages of fifty clients come into them at random; memory is
the page's after a collection. *Quickness* counts from the time stamp of the browser's event to the change of the
document; *Sign in* is pressed when the page is at rest and its shell is stored, as after the seconds that a form takes.
*Dropped frames*: gaps between two frames that a screen of 60 Hz would have shown. The wheel is turned by the
browser's own synthetic gestures.`
}
