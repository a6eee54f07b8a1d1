import { join } from 'node:path'
import { ensureBuilt } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { ensureNode, withNode } from './node.mjs'
import { root } from './paths.mjs'
import { run } from './run.mjs'

/**
 * Brings Node and the packages.
 * @returns `node`, its `env`, and `bin`, which runs a program of an installed package under that Node.
 */
export async function prepare() {
  const node = await ensureNode()
  const env = withNode(node)
  await ensureInstalled(env)
  const bin = (name, args, extraEnv = {}) =>
    run(join(root, 'node_modules/.bin', name), args, { env: { ...env, ...extraEnv } })
  return { node, env, bin }
}

export async function prepareBuilt() {
  const tools = await prepare()
  await ensureBuilt(tools.env)
  return tools
}
