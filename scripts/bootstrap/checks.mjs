import { turbo } from './build.mjs'
import { buildSdk, checkSurface } from './docs/sdk-package.mjs'
import { say } from './failure.mjs'

/** Cheap ones first. Each returns an exit code. */
export const checks = {
  format: ({ bin }) => bin('biome', ['check', '--error-on-warnings', '--diagnostic-level=warn', '.']),
  workspace: ({ bin }) => bin('sherif', ['--fail-on-warnings']),
  layers: ({ bin }) =>
    bin('depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'packages', 'apps', 'examples']),
  unused: ({ bin }) => bin('knip', []),
  types: ({ env, run }) => run('pnpm', turbo('run', 'types'), { env }),
  package: async ({ env, run }) => (await run('pnpm', buildSdk, { env })) || checkSurface(),
  lint: ({ bin }) => bin('oxlint', ['--type-aware', '--deny-warnings']),
}

/** Runs the named checks one after the other, all of them, and counts. */
export async function runChecks(tools, names) {
  const count = { passed: 0, failed: 0, skipped: 0, failures: [] }
  for (const name of names) {
    const code = await checks[name](tools)
    count[code === 0 ? 'passed' : 'failed'] += 1
    if (code !== 0) count.failures.push(`check ${name}`)
    say(`check ${name}: ${code === 0 ? 'ok' : 'FAILED'}`)
  }
  return count
}
