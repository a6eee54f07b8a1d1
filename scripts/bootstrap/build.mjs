import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, say } from './failure.mjs'
import { withLock } from './install/lock.mjs'
import { root } from './paths.mjs'
import { runQuietly } from './run.mjs'
import { filesBelow, fingerprintOf, isStamped, stamp } from './stamp.mjs'

const page = join(root, 'apps/web/dist/index.html')

/** Builds the pages when a file that they are made of has changed. A warm start asks nobody but the files. */
export async function ensureBuilt(env) {
  if (isBuilt()) return
  await withLock('build', async () => {
    if (isBuilt()) return
    say('building the pages')
    const fingerprint = sourcesFingerprint()
    await runQuietly('pnpm', turbo('run', 'build', '--filter=@deskbell/web'), { what: 'Building the pages', env })
    if (!existsSync(page)) throw new Failure('the build made no pages')
    stamp('built', fingerprint)
  })
}

/** Arguments for pnpm. */
export function turbo(...args) {
  return ['exec', 'turbo', ...args, '--output-logs=errors-only', '--no-update-notifier']
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
