import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { say } from '../failure.mjs'
import { toolsDir } from '../paths.mjs'
import { runQuietly } from '../run.mjs'
import { withLock } from './lock.mjs'
import { quietNpm } from './quiet-npm.mjs'

/**
 * Brings a package from npm into `.tools`, once: what only some tasks need is no dependency of the tree.
 * `spec` is its name and version, `file` the one that is wanted of it, `what` a line that is said before it is got.
 * @returns the path of that file
 */
export async function ensureNpmTool(spec, { file, what }) {
  const folder = join(toolsDir, spec.replace('@', '-'))
  const wanted = join(folder, 'node_modules', spec.split('@')[0], file)
  if (!existsSync(wanted)) await withLock('npm-tool', () => install({ spec, folder, wanted, what }))
  return wanted
}

async function install({ spec, folder, wanted, what }) {
  if (existsSync(wanted)) return
  say(what)
  const half = `${folder}.half`
  rmSync(half, { recursive: true, force: true })
  mkdirSync(half, { recursive: true })
  const args = ['install', '--prefix', half, '--no-save', '--no-package-lock', '--ignore-scripts', spec]
  await runQuietly('npm', args, { what: `Getting ${spec} from npm`, env: quietNpm(), cwd: half })
  rmSync(folder, { recursive: true, force: true })
  renameSync(half, folder)
}
