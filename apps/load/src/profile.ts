import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { callTree, timeByOwner } from './profile/cpu-profile.ts'
import { flameGraph } from './profile/flame-graph.ts'
import { profiled } from './profile/profile-server.ts'
import { scenarios } from './profile/scenarios.ts'

const { values } = parseArgs({
  options: {
    /** Where the pictures go. */
    out: { type: 'string', default: 'docs/reports/profiles' },
    /** What stands behind their names, such as `before`. */
    mark: { type: 'string', default: 'now' },
  },
})
await mkdir(values.out, { recursive: true })
for (const [name, { title, run }] of Object.entries(scenarios)) {
  const tree = callTree(await profiled(run))
  await writeFile(join(values.out, `${name}-${values.mark}.svg`), flameGraph(tree, title))
  const owners = [...timeByOwner(tree)].toSorted(([, a], [, b]) => b - a).slice(0, 8)
  const shares = owners.map(([owner, us]) => `${owner} ${((100 * us) / tree.us).toFixed(1)} %`)
  console.log(`${title}: ${Math.round(tree.us / 1_000)} ms busy\n  ${shares.join(', ')}`)
}
process.exit(0)
