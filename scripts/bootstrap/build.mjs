import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, say } from './failure.mjs'
import { pnpm } from './install.mjs'
import { withLock } from './lock.mjs'
import { root } from './paths.mjs'
import { run } from './run.mjs'
import { filesBelow, fingerprintOf, isStamped, stamp } from './stamp.mjs'

const page = join(root, 'apps/web/dist/index.html')

/** Builds the pages when a file that they are made of has changed. A warm start asks nobody but the files. */
export async function ensureBuilt(env) {
  if (isBuilt()) return
  await withLock('build', async () => {
    if (isBuilt()) return
    say('building the pages')
    const fingerprint = sourcesFingerprint()
    const code = await turbo(['run', 'build', '--output-logs=errors-only'], env)
    if (code !== 0 || !existsSync(page)) throw new Failure('the pages could not be built: see above')
    stamp('built', fingerprint)
  })
}

/** turbo finds pnpm in the PATH that npx makes. */
export async function turbo(args, env) {
  return await run('npx', [...pnpm, 'exec', 'turbo', ...args, '--no-update-notifier'], { env })
}

function isBuilt() {
  return existsSync(page) && isStamped('built', sourcesFingerprint())
}

function sourcesFingerprint() {
  const isSource = (path) => !path.includes('.test.') && !path.endsWith('.md')
  const folders = ['apps/web', 'packages/sdk', 'packages/contract', 'packages/api/src']
  const sources = folders.flatMap((folder) => filesBelow(folder, isSource))
  return fingerprintOf(['pnpm-lock.yaml', 'tsconfig.base.json', ...sources])
}
