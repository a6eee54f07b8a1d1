import { join } from 'node:path'
import { checks, runChecks } from './checks.mjs'
import { dev } from './dev.mjs'
import { writeBillOfMaterials } from './docs/bill-of-materials.mjs'
import { generateDocs } from './docs/generate-docs.mjs'
import { packSdk, writeSdkDocs } from './docs/sdk-package.mjs'
import { ensureNpmTool } from './install/npm-tool.mjs'
import { prepare, prepareBuilt } from './install/prepare.mjs'
import { findPrograms } from './install/programs.mjs'
import { root } from './paths.mjs'
import { run } from './run.mjs'
import { forServer, serve } from './serve.mjs'
import { testAll, testLong, testProject, testShort } from './tests/tests.mjs'

/** Every task by its name: takes the further arguments, returns the exit code. */
export const tasks = {
  start: async () => await serve(await prepareBuilt()),
  dev: async () => await dev(await prepare()),
  check: async (names) => await check(await prepare(), names),
  fix: async () => await (await prepare()).bin('biome', ['check', '--write', '.']),
  test: async () => await testShort(await prepareBuilt()),
  'test:long': async (args) => await testLong(await prepareBuilt(), args),
  'test:all': async () => await testAll(await prepareBuilt()),
  'test:unit': async (args) => await testProject(await prepare(), 'unit', args),
  'test:pg': async (args) => await testProject(await prepare(), 'pg', args),
  'test:e2e': async (args) => await testProject(await prepareBuilt(), 'e2e', args),
  'load:check': async (args) => await load(await prepare(), 'check', args),
  bench: async (args) => await load(await prepareBuilt(), 'bench', args),
  'load:profile': async (args) => await load(await prepare(), 'profile', args),
  mutation: async (args) => await mutation(await prepare(), args),
  shots: async (args) => await inBrowser(await prepareBuilt(), 'shots/shots', args),
  lighthouse: async (args) => await lighthouse(await prepareBuilt(), args),
  build: async () => await build(),
  'db:generate': async (args) => await generateMigration(await prepare(), args),
  sbom: async ([file = 'deskbell.cdx.json']) => await writeBillOfMaterials(await prepare(), file),
  'sdk:pack': async ([folder = '.']) => await packSdk(await prepare(), folder),
  'sdk:docs': async () => await writeSdkDocs(await prepare()),
  'docs:generate': async () => await generateDocs(await prepare()),
  operator: async (args) => await operator(await prepare(), args),
}

async function build() {
  await prepareBuilt()
  return 0
}

async function check(tools, names) {
  const { failed } = await runChecks(tools, names.length > 0 ? names : Object.keys(checks))
  return failed > 0 ? 1 : 0
}

async function load({ node, env }, program, args) {
  return await run(node, ['--disable-warning=ExperimentalWarning', `apps/load/src/${program}.ts`, ...args], { env })
}

/** Lets somebody in who has no other way. */
async function operator({ node, env }, args) {
  return await run(node, ['--disable-warning=ExperimentalWarning', 'apps/server/src/operator-command.ts', ...args], {
    env: forServer(env),
  })
}

/** A program of `apps/e2e` that opens the pages. */
async function inBrowser(tools, program, args) {
  const env = { ...tools.env, ...(await findPrograms(tools)) }
  const file = `apps/e2e/src/${program}.ts`
  return await run(tools.node, ['--disable-warning=ExperimentalWarning', file, ...args], { env })
}

async function lighthouse(tools, args) {
  const what = 'getting Lighthouse from npm (once, into .tools)'
  const DESKBELL_LIGHTHOUSE = await ensureNpmTool('lighthouse@13.5.0', { file: 'cli/index.js', what })
  return await inBrowser({ ...tools, env: { ...tools.env, DESKBELL_LIGHTHOUSE } }, 'lighthouse', args)
}

/** Stryker has a lock file of its own, so that only who runs it installs it. */
async function mutation({ node, env }, args) {
  const cwd = join(root, 'scripts/mutation')
  const install = ['install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=error']
  const code = await run('pnpm', install, { env: { ...env, CI: 'true' }, cwd })
  return code || (await run(node, ['scripts/mutation/run.mjs', ...args], { env }))
}

async function generateMigration({ env }, args) {
  const cwd = join(root, 'packages/db')
  return await run(join(cwd, 'node_modules/.bin/drizzle-kit'), ['generate', ...args], { env, cwd })
}
