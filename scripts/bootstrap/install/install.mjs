import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure, say } from '../failure.mjs'
import { modulesDir } from '../paths.mjs'
import { run } from '../run.mjs'
import { filesBelow, fingerprintOf, isStamped, stamp } from '../stamp.mjs'
import { withLock } from './lock.mjs'
import { ensureNpmTool } from './npm-tool.mjs'

/** Brings pnpm. @returns the folder that belongs into `PATH`, so that `pnpm` is this one for us and for turbo */
export async function ensurePnpm() {
  const program = await ensureNpmTool('pnpm@10.34.9', {
    file: '../.bin/pnpm',
    what: 'getting pnpm from npm (once, into .tools)',
  })
  return dirname(program)
}

/** Installs the packages of the lock file, when that or a manifest has changed since the last time. */
export async function ensureInstalled(env) {
  if (isInstalled()) return
  await withLock('install', async () => {
    if (isInstalled()) return
    say('installing packages')
    const args = ['install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=error']
    // CI=true: no questions, also not about a node_modules of another layout.
    const code = await run('pnpm', args, { env: { ...env, CI: 'true' } })
    if (code !== 0) throw new Failure('the packages could not be installed: see above')
    stamp('installed', manifestsFingerprint())
  })
}

function isInstalled() {
  return existsSync(join(modulesDir, '.modules.yaml')) && isStamped('installed', manifestsFingerprint())
}

function manifestsFingerprint() {
  const isManifest = (path) => path.endsWith('/package.json')
  const manifests = ['apps', 'packages', 'examples'].flatMap((folder) => filesBelow(folder, isManifest))
  return fingerprintOf(['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.pnpmfile.cjs', ...manifests])
}
