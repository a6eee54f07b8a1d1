import { root } from './paths.mjs'
import { capture } from './run.mjs'

/** What differs from the commit, one file a line; empty when nothing does, or where there is no git to ask. */
export async function stateOfTree() {
  return (await capture('git', ['status', '--porcelain'], { cwd: root })) ?? ''
}
