import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const own = 'apps/e2e/tests/docs/test-files.test.ts'

/** Fixed waits that no condition can replace, by file: how many there are, and why. */
const fixedWaits: Record<string, { count: number; why: string }> = {
  'apps/e2e/tests/server/processes.long.ts': { count: 1, why: 'a process is suspended for longer than it may be' },
  'packages/api/src/http/files/cuts.pg.test.ts': { count: 1, why: 'a body comes more slowly than other requests may' },
  'packages/api/src/live/back-pressure.pg.test.ts': { count: 1, why: 'a reader pauses for longer than is slow' },
  'packages/api/src/live/drain.pg.test.ts': { count: 1, why: 'the pace of clients that keep sending' },
  'packages/api/src/live/probes/connection-probes.test.ts': { count: 1, why: 'nothing may happen meanwhile' },
}

/** `delay(…)` by whatever name it was imported, a promise of a timer, and the waits of Playwright, Node and SQL. */
const forms = [
  /\b(?:delay|sleep|waitForTimeout|Atomics\.wait|scheduler\.wait)\((?!\))/g,
  /\bawait setTimeout\(/g,
  /\bsetTimeout\(\w+, /g,
  /\bnew Promise(?:<\w+>)?\(\(?\w+\)? =>\s*\{?\s*setTimeout\(\s*\(\) =>/g,
  /\bwaitFor\(\(\) => performance\.now\(\)/g,
]

function countFixedWaits(text: string): number {
  const [, named = 'delay'] = /\bsetTimeout as (\w+)[^\n]*'node:timers\/promises'/.exec(text) ?? []
  const other = named === 'delay' || named === 'sleep' ? [] : [new RegExp(`\\b${named}\\((?!\\))`, 'g')]
  return [...forms, ...other].reduce((sum, form) => sum + (text.match(form)?.length ?? 0), 0)
}

function testFiles(): { file: string; text: string }[] {
  const names = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  const files = names.toString().split('\n')
  return files
    .filter((file) => /\.(?:test|long|e2e)\.(?:tsx?|mjs)$/.test(file) && file !== own)
    .map((file) => ({ file, text: readFileSync(`${root}/${file}`, 'utf8') }))
}

test('[TEST-4] tests wait for conditions, and fixed waits are listed with their reason', () => {
  const found = testFiles().flatMap(({ file, text }) => {
    const count = countFixedWaits(text)
    return count > 0 ? [[file, count]] : []
  })
  const allowed = Object.entries(fixedWaits).map(([file, { count }]) => [file, count])
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(allowed))
})

test.each([
  "import { setTimeout as delay } from 'node:timers/promises'\nawait delay(50)",
  "import { setTimeout as pause } from 'node:timers/promises'\nawait pause(50)",
  "import { setTimeout } from 'node:timers/promises'\nawait setTimeout(50)",
  'await new Promise((resolve) => setTimeout(resolve, 50))',
  'await new Promise<void>((resolve) => setTimeout(() => resolve(), 50))',
  'await new Promise((resolve) => {\n  setTimeout(() => {\n    resolve(null)\n  }, 50)\n})',
  'await page.waitForTimeout(50)',
  'await scheduler.wait(50)',
  'Atomics.wait(cell, 0, 0, 50)',
])('[TEST-4] this is a fixed wait: %s', (text) => {
  expect(countFixedWaits(text)).toBe(1)
})

test.each([
  'await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)))',
  'await world.sleep()',
  'setTimeout(() => end.abort(), 1)',
  'await scheduler.waitOne()',
])('[TEST-4] this is none: %s', (text) => {
  expect(countFixedWaits(text)).toBe(0)
})

test('[TEST-1] only a missing Chromium, which the run itself reports, skips tests without a reason of their own', () => {
  const silent = testFiles().flatMap(({ file, text }) =>
    [...text.matchAll(/\b(?:skipIf|runIf)\((.*?)\)\(/g)]
      .filter(([, condition]) => condition !== '!tools.chromium')
      .map(([call]) => `${file}: ${call}`),
  )
  expect(silent).toEqual([])
})
