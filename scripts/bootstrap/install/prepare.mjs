import { join } from 'node:path'
import { ensureBuilt } from '../build.mjs'
import { root, toolsDir } from '../paths.mjs'
import { run, runBeside } from '../run.mjs'
import { ensureInstalled, ensurePnpm } from './install.mjs'
import { ensureNode, withPrograms } from './node.mjs'

/**
 * Brings Node and the packages.
 * @returns `node`, its `env`, `run`, and `bin`, which runs a program of an installed package under that Node.
 */
export async function prepare() {
  const node = await ensureNode()
  // Every program is quicker from its second start on: Node keeps what it compiled.
  const env = { NODE_COMPILE_CACHE: join(toolsDir, 'compiled'), ...withPrograms(node, await ensurePnpm()) }
  await ensureInstalled(env)
  return toolsOf(node, env, run)
}

/** The same tools for work that goes on beside other work. */
export function besideOthers({ node, env }) {
  return toolsOf(node, env, runBeside)
}

function toolsOf(node, env, runProgram) {
  const bin = (name, args, extraEnv = {}) =>
    runProgram(join(root, 'node_modules/.bin', name), args, { env: { ...env, ...extraEnv } })
  return { node, env, run: runProgram, bin }
}

export async function prepareBuilt() {
  const tools = await prepare()
  await ensureBuilt(tools.env)
  return tools
}
