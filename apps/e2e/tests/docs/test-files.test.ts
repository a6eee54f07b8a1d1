import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const own = 'apps/e2e/tests/docs/test-files.test.ts'

/** Fixed waits that no condition can replace, by file: how many there are, and why. */
const fixedWaits: Record<string, { count: number; why: string }> = {
  'apps/e2e/tests/server/processes.long.ts': { count: 1, why: 'a process is suspended for longer than it may be' },
  'packages/api/src/live/back-pressure.pg.test.ts': { count: 1, why: 'a reader pauses for longer than is slow' },
  'packages/api/src/live/drain.pg.test.ts': { count: 1, why: 'the pace of clients that keep sending' },
  'packages/api/src/live/probes/connection-probes.test.ts': { count: 1, why: 'nothing may happen meanwhile' },
}

const wait = /\b(?:delay|sleep|waitForTimeout)\((?!\))|\bsetTimeout\(\w+, |waitFor\(\(\) => performance\.now\(\)/g

function testFiles(): { file: string; text: string }[] {
  const names = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  const files = names.toString().split('\n')
  return files
    .filter((file) => /\.(?:test|long|e2e)\.(?:tsx?|mjs)$/.test(file) && file !== own)
    .map((file) => ({ file, text: readFileSync(`${root}/${file}`, 'utf8') }))
}

test('[TEST-4] tests wait for conditions, and fixed waits are listed with their reason', () => {
  const found = testFiles().flatMap(({ file, text }) => {
    const count = text.match(wait)?.length ?? 0
    return count > 0 ? [[file, count]] : []
  })
  const allowed = Object.entries(fixedWaits).map(([file, { count }]) => [file, count])
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(allowed))
})

test('[TEST-1] only a missing Chromium, which the run itself reports, skips tests without a reason of their own', () => {
  const silent = testFiles().flatMap(({ file, text }) =>
    [...text.matchAll(/\b(?:skipIf|runIf)\((.*?)\)\(/g)]
      .filter(([, condition]) => condition !== '!tools.chromium')
      .map(([call]) => `${file}: ${call}`),
  )
  expect(silent).toEqual([])
})
