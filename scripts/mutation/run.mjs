// Changes the source of one target after the other, one place at a time, and runs the tests that execute that place.
// A change that no test notices is a survivor. Usage: run.mjs [target…] [--report]
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'
import { keep, scoreOf, summaryOf } from './report.mjs'
import { targets } from './targets.mjs'

const folder = '.deskbell/mutation'
const { positionals: names, values: given } = parseArgs({
  allowPositionals: true,
  options: { report: { type: 'boolean', default: false } },
})
for (const name of names.length > 0 ? names : Object.keys(targets)) await mutate(name)

async function mutate(name) {
  const target = targets[name]
  if (target === undefined) throw new Error(`no such target: ${name}; there are ${Object.keys(targets).join(', ')}`)
  process.env.DESKBELL_MUTATION_JUDGES = JSON.stringify(target.judges)
  mkdirSync(folder, { recursive: true })
  const startedAt = performance.now()
  await new Stryker({
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: false },
    mutate: [...target.mutate.map((path) => `${path}/**/*.ts`), '!**/*.test.ts', '!**/*.long.ts', '!**/*-fixture.ts'],
    ignorePatterns: ['.tools', '.deskbell', '.turbo', '**/dist', '**/types', '/docs', '*.log'],
    // Stryker rewrites paths of this file with TypeScript's JavaScript API, which version 7 no longer has.
    tsconfigFile: 'none',
    tempDirName: `${folder}/tree`,
    coverageAnalysis: 'perTest',
    dryRunTimeoutMinutes: 60,
    // A static mutant would need all tests of the target.
    ignoreStatic: true,
    // Most of the time a mutant waits for a time limit.
    concurrency: 2 * availableParallelism(),
    timeoutMS: 20_000,
    incremental: true,
    incrementalFile: `${folder}/${name}.json`,
    reporters: ['progress-append-only', 'json'],
    jsonReporter: { fileName: `${folder}/${name}-report.json` },
    thresholds: { high: 95, low: 85, break: null },
    allowEmpty: false,
  }).runMutationTest()
  const { counts, survivors } = summaryOf(JSON.parse(readFileSync(`${folder}/${name}-report.json`, 'utf8')))
  console.log(`${name}: ${scoreOf(counts).toFixed(1)} %, ${survivors.length} survived`)
  if (!given.report) return
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const date = new Date().toISOString().slice(0, 10)
  const minutes = Math.round((performance.now() - startedAt) / 60_000)
  keep(name, { commit, date, minutes, counts, survivors })
}
