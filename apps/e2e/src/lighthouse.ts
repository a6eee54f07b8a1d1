import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@deskbell/testkit/free-port'
import { type BrowserContext, chromium } from 'playwright-core'
import { chatRow, messages, signInAsClient, signInAsOperator, write } from './pages.ts'
import { startServer } from './start-server.ts'
import { tools } from './tools.ts'

/**
 * `pnpm lighthouse [runs] [page…]`: runs Lighthouse with its mobile emulation on each page, or on those named. Prints
 * the medians of the runs; the reports are in `.lighthouse`.
 */
const folder = fileURLToPath(new URL('../../../.lighthouse/', import.meta.url))
const [, , runsAsked = '5', ...named] = process.argv
const runs = Number(runsAsked)
const categories = ['performance', 'accessibility', 'best-practices', 'seo'] as const

type Scores = Record<(typeof categories)[number] | 'firstPaintMs' | 'largestPaintMs' | 'blockingMs', number>

await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
const profile = await mkdtemp(join(tmpdir(), 'deskbell-lighthouse-'))
const port = await freePort()
await using server = await startServer()
try {
  const { client, operator } = await inBrowser((context) => talk(context, server.url))
  const pages = {
    home: `${server.url}/`,
    'client sign-in': `${server.url}/login`,
    'operator sign-in': `${server.url}/login-operator`,
    client,
    console: operator,
  }
  console.log(`| page | ${categories.join(' | ')} | first paint | largest paint | blocked |`)
  console.log(`|---|${categories.map(() => '---|').join('')}---|---|---|`)
  for (const [name, url] of Object.entries(pages)) {
    if (named.length > 0 && !named.includes(name)) continue
    const scores: Scores[] = []
    for (let run = 1; run <= runs; run += 1)
      scores.push(await inBrowser(() => measure(url, `${name.replace(' ', '-')}-${run}`)))
    const median = (key: keyof Scores) => scores.map((score) => score[key]).sort((a, b) => a - b)[runs >> 1] ?? 0
    const points = categories.map((category) => Math.round(median(category) * 100))
    const times = [median('firstPaintMs'), median('largestPaintMs'), median('blockingMs')].map(Math.round)
    console.log(`| ${name} | ${points.join(' | ')} | ${times.map((ms) => `${ms} ms`).join(' | ')} |`)
  }
} finally {
  await rm(profile, { recursive: true, force: true })
}

/**
 * Calls `work` with a new browser on the shared profile. In a renderer that had shown other pages, Lighthouse counted
 * a task of 60 to 240 ms before the page arrived as blocking time of the page.
 */
async function inBrowser<T>(work: (context: BrowserContext) => Promise<T>): Promise<T> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: tools.chromium ?? '',
    locale: 'en-GB',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', `--remote-debugging-port=${port}`],
  })
  try {
    return await work(context)
  } finally {
    await context.close()
  }
}

/** Lets a client and an operator talk. Returns the addresses of their pages; their sessions stay in the profile. */
async function talk(context: BrowserContext, url: string): Promise<{ client: string; operator: string }> {
  const client = await signInAsClient(context, url, { email: 'ada@example.com', name: 'Ada' })
  await write(client, 'My parcel has not come.')
  const operator = await signInAsOperator(context, url, { email: 'olga@example.com', name: 'Olga' })
  await chatRow(operator, 'Ada').click()
  await write(operator, 'It is on its way.')
  await messages(client, 'It is on its way.').waitFor()
  const urls = { client: client.url(), operator: operator.url() }
  await Promise.all([client.close(), operator.close()])
  return urls
}

async function measure(url: string, name: string): Promise<Scores> {
  const file = `${folder}${name}.json`
  const args = [process.env['DESKBELL_LIGHTHOUSE'] ?? '', url, `--port=${port}`, '--quiet', '--disable-storage-reset']
  const output = ['--output=json', '--output=html', `--output-path=${folder}${name}`]
  const child = spawn(process.execPath, [...args, ...output, `--only-categories=${categories.join(',')}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`Lighthouse ended with ${code} at ${url}`)
  const report = JSON.parse(await readFile(file.replace('.json', '.report.json'), 'utf8'))
  const audit = (id: string): number => report.audits[id].numericValue
  return {
    performance: report.categories.performance.score,
    accessibility: report.categories.accessibility.score,
    'best-practices': report.categories['best-practices'].score,
    seo: report.categories.seo.score,
    firstPaintMs: audit('first-contentful-paint'),
    largestPaintMs: audit('largest-contentful-paint'),
    blockingMs: audit('total-blocking-time'),
  }
}
