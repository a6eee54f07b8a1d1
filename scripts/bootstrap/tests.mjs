import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checks, runChecks } from './checks.mjs'
import { say } from './failure.mjs'
import { findPrograms } from './programs.mjs'

/** One of vitest's projects; further arguments go to vitest. */
export async function testProject(tools, project, args) {
  const env = project === 'e2e' ? await findPrograms(tools) : {}
  return await vitest(tools, [...args, '--project', project], env)
}

/**
 * Everything, the cheap things first, one after the other: two cores do not bear browsers beside timings.
 * All stages run even if one fails, and one line at the end counts them all.
 */
export async function testAll(tools) {
  const total = await runChecks(tools, Object.keys(checks))
  const programs = await findPrograms(tools)
  for (const project of ['unit', 'pg', 'e2e']) add(total, await runCounted(tools, project, programs))
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`)
  return total.failed > 0 ? 1 : 0
}

/** Runs a project and reads the count that the reporter leaves in a file in place of its last line. */
async function runCounted(tools, project, env) {
  const folder = mkdtempSync(join(tmpdir(), 'deskbell-count-'))
  const file = join(folder, 'count.json')
  try {
    say(`tests: ${project}`)
    const code = await vitest(tools, ['--project', project], { ...env, DESKBELL_COUNT_FILE: file })
    const count = readCount(file)
    // A run that broke outside of its tests must not pass for a green one.
    if (code !== 0 && count.failed === 0) count.failed = 1
    return count
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function vitest({ bin }, args, env) {
  return bin('vitest', ['run', ...args], env)
}

function readCount(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

function add(total, count) {
  for (const name of Object.keys(total)) total[name] += count[name]
}
