import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from './failure.mjs'

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
/** What the bootstrap brings and remembers; git ignores it. */
export const toolsDir = join(root, '.tools')
export const modulesDir = join(root, 'node_modules')

/** The tools that build the pages read these characters as patterns, as parts of an address, or as an end in `PATH`. */
export function refuseOddFolder(folder) {
  const odd = /[#$?*:]/.exec(folder)?.[0]
  if (odd)
    throw new Failure(
      `the folder ${folder} has a "${odd}" in its name, which the build cannot take: move it to another folder`,
    )
}
