import type { Browser } from 'playwright-core'
import { type Load, readLoad } from './page-probe.ts'
import { firstVisit, type Session } from './page-users.ts'

/** A page to load: its address, who visits it, and where it can be written once it works. */
export type Visited = {
  readonly name: string
  readonly url: string
  readonly place: string
  readonly session?: Session
}

export type LoadRun = { readonly name: string; readonly round: number; readonly load: Load }

/** Cold loads of all pages in turns, so that a noisy moment of the machine harms no page alone. */
export async function measureLoads(
  browser: Browser,
  { pages, rounds }: { pages: readonly Visited[]; rounds: number },
): Promise<LoadRun[]> {
  const runs: LoadRun[] = []
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, url, ...visit } of pages) {
      const page = await firstVisit(browser, visit)
      await page.goto(url)
      runs.push({ name, round, load: await readLoad(page) })
      await page.context().close()
    }
  }
  return runs
}
