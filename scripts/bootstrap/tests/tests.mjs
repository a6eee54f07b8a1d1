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

/** Vitest's projects by the name of the part. `isolated` are files that put another module in a module's place. */
const projects = { unit: ['unit'], pg: ['pg', 'isolated'], e2e: ['e2e'], long: ['long'] }
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

/** Both, and that the run has left the tree as it was. */
export async function testAll(tools) {
  const before = await stateOfTree()
  if (before) say(`this tree is not what is committed:\n${before}`)
  const tally = new Tally()
  await runShort(tools, tally)
  await runPart(tools, tally, 'long')
  await tally.time('tree', async () => {
    const after = await stateOfTree()
    if (before === after) return passed
    say(`the run has changed the tree:\n${after}`)
    return failed
  })
  return tally.close()
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
  const work = async () => await runCounted(tools, part, await programsOf(tools, part))
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
