import type { Page } from 'playwright-core'
import type { LongTasks } from './page-probe.ts'

const messages = 10

/** Writes messages one after the other, each from the key to its tick, and counts what held up the page. */
export async function measureSends(page: Page): Promise<LongTasks> {
  const field = page.getByRole('textbox', { name: 'Message' })
  await page.evaluate(() => {
    globalThis.pageProbe.longTasks = []
  })
  for (let each = 0; each < messages; each += 1) {
    const text = `written in the end ${each} ${Date.now()}`
    await field.fill(text)
    await field.press('Enter')
    await page.getByRole('article').filter({ hasText: text }).getByText('Sent').first().waitFor({ state: 'attached' })
  }
  return await page.evaluate(() => {
    const durations = globalThis.pageProbe.longTasks.map(({ durationMs }) => durationMs)
    const sumMs = durations.reduce((sum, each) => sum + each, 0)
    return { count: durations.length, sumMs, longestMs: Math.max(0, ...durations) }
  })
}
