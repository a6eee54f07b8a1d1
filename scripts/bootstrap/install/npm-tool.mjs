import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, say } from '../failure.mjs'
import { toolsDir } from '../paths.mjs'
import { runQuietly } from '../run.mjs'
import { withLock } from './lock.mjs'
import { pins } from './pins.mjs'
import { quietNpm } from './quiet-npm.mjs'

/**
 * Brings a package from npm into `.tools`, once: what only some tasks need is no dependency of the tree.
 * `spec` is its name and version, `file` the one that is wanted of it, `what` a line that is said before it is got.
 * A tarball whose sha512 is not the one in `pins.mjs` is not unpacked.
 * @returns the path of that file
 */
export async function ensureNpmTool(spec, { file, what, integrity = pins[spec] }) {
  const folder = join(toolsDir, spec.replace('@', '-'))
  const wanted = join(folder, 'node_modules', spec.split('@')[0], file)
  if (!existsSync(wanted)) await withLock('npm-tool', () => install({ spec, folder, wanted, what, integrity }))
  return wanted
}

async function install({ spec, folder, wanted, what, integrity }) {
  if (existsSync(wanted)) return
  if (!integrity) throw new Failure(`${spec} has no sha512 in scripts/bootstrap/install/pins.mjs`)
  say(what)
  const half = `${folder}.half`
  rmSync(half, { recursive: true, force: true })
  mkdirSync(half, { recursive: true })
  const npm = (args) => runQuietly('npm', args, { what: `Getting ${spec} from npm`, env: quietNpm(), cwd: half })
  await npm(['pack', spec, '--pack-destination', half, '--ignore-scripts'])
  const tarball = readdirSync(half).find((name) => name.endsWith('.tgz'))
  if (!tarball || !hasIntegrity(join(half, tarball), integrity)) {
    rmSync(half, { recursive: true, force: true })
    throw new Failure(`${spec} from npm is not the package that was checked in: its sha512 differs, so it is not used`)
  }
  await npm(['install', '--prefix', half, '--no-save', '--no-package-lock', '--ignore-scripts', `./${tarball}`])
  rmSync(join(half, tarball))
  rmSync(folder, { recursive: true, force: true })
  renameSync(half, folder)
}

function hasIntegrity(file, integrity) {
  return `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}` === integrity
}
