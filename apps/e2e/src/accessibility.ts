import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type Axe from 'axe-core'
import type { Page } from 'playwright-core'

const script = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/**
 * Returns what axe finds wrong with a page, as texts that name the rule and the elements. Axe runs in the page itself,
 * because the pages have no frames and only what is wrong has to come out: that takes a fifth of the time of its package
 * for Playwright.
 */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(script)
  return await page.evaluate(async (values) => {
    const { axe } = globalThis as unknown as { axe: typeof Axe }
    const only = { runOnly: { type: 'tag' as const, values }, resultTypes: ['violations' as const], preload: false }
    const { violations, passes } = await axe.run(only)
    if (passes.length === 0) throw new Error('Axe has judged nothing.')
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  }, rules)
}
