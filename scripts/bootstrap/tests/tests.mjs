import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checks, runChecks } from '../checks.mjs'
import { Failure, say } from '../failure.mjs'
import { findOlderNodes } from '../install/node.mjs'
import { besideOthers } from '../install/prepare.mjs'
import { findPrograms } from '../install/programs.mjs'
import { stateOfTree } from '../tree.mjs'
import { Tally } from './tally.mjs'

/**
 * Vitest's projects by the name of the part. `isolated` are files that put another module in a module's place, `alone`
 * those that measure, or load the whole machine.
 */
const projects = { unit: ['unit'], pg: ['pg', 'isolated'], e2e: ['e2e'], long: ['long', 'alone'] }
const wantsPrograms = new Set(['e2e', 'long'])

async function programsOf(tools, part) {
  if (!wantsPrograms.has(part)) return {}
  return { ...(await findPrograms(tools)), ...(part === 'long' && (await findOlderNodes())) }
}

/** One part; further arguments go to vitest. */
export async function testProject(tools, part, args) {
  const env = await programsOf(tools, part)
  return await tools.bin('vitest', runOf(part, args), env)
}

/** What everybody runs before a commit. */
export async function testShort(tools) {
  const tally = new Tally()
  await runShort(tools, tally)
  return tally.close()
}

/** The long proofs: load under faults, processes that are killed, seeded bugs, benchmarks as a smoke test, every look. */
export async function testLong(tools, args) {
  if (args.length > 0) return await testProject(tools, 'long', args)
  const tally = new Tally()
  await runPart(tools, tally, 'long')
  return tally.close()
}

/** Both, and that the run has left the tree as it was. CI proves what is committed, and nothing else. */
export async function testAll(tools, tree = stateOfTree) {
  const before = await tree()
  if (before) say(`this tree is not what is committed:\n${before}`)
  const tally = new Tally()
  if (before && process.env.CI === 'true') {
    await tally.time('tree', async () => ({ ...failed, failures: ['this tree is not what is committed'] }))
    return tally.close()
  }
  await runShort(tools, tally)
  await runPart(tools, tally, 'long')
  await tally.time('tree', async () => unchanged(before, await tree()))
  return tally.close()
}

/** The count of the part that asks whether the run has changed the tree. */
export function unchanged(before, after) {
  if (before === after) return passed
  return { ...failed, failures: [`the run has changed the tree: ${after.trim().replaceAll(/\s*\n\s*/g, ', ')}`] }
}

const passed = { passed: 1, failed: 0, skipped: 0 }
const failed = { passed: 0, failed: 1, skipped: 0 }

/**
 * All parts run even if one fails. The checks keep one core busy, the tests against PostgreSQL mostly wait: they go
 * side by side. Browsers come after both.
 */
async function runShort(tools, tally) {
  const withTests = async () => {
    await runPart(tools, tally, 'unit')
    await runPart(tools, tally, 'pg')
  }
  const withChecks = () => runChecks(besideOthers(tools), Object.keys(checks))
  await Promise.all([tally.time('checks', () => orFailed(withChecks)), withTests()])
  await runPart(tools, tally, 'e2e')
}

async function runPart(tools, tally, part) {
  say(`tests: ${part}`)
  const work = async () => {
    const programs = await programsOf(tools, part)
    return withBrowser(await runCounted(tools, part, programs), programs)
  }
  await tally.time(part, () => orFailed(work))
}

/** What one part lacks must not hide what the others found. */
async function orFailed(work) {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    say(error.message)
    return failed
  }
}

/** Runs a part and reads the count that the reporter leaves in a file in place of its last line. */
async function runCounted(tools, part, env) {
  const folder = mkdtempSync(join(tmpdir(), 'deskbell-count-'))
  const file = join(folder, 'count.json')
  try {
    const code = await tools.bin('vitest', runOf(part), { ...env, DESKBELL_COUNT_FILE: file })
    return judged(readCount(file), code)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A run that broke outside of its tests, or found none, must not pass for a green one. */
export function judged(count, code) {
  const isEmpty = count.passed + count.failed === 0
  return count.failed === 0 && (code !== 0 || isEmpty) ? { ...count, failed: 1 } : count
}

/** In CI a run without a browser is red: hardly anything was tested. Without nginx its few tests are listed as skipped. */
export function withBrowser(count, programs) {
  if (process.env.CI !== 'true' || programs.DESKBELL_CHROMIUM !== '') return count
  const failures = [...(count.failures ?? []), 'there is no Chromium, so no page was tested']
  return { ...count, failed: count.failed + 1, failures }
}

/** Arguments for vitest. */
function runOf(part, args = []) {
  return ['run', ...args, ...projects[part].flatMap((project) => ['--project', project])]
}

function readCount(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return failed
  }
}
