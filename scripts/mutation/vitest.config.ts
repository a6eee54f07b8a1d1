import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Stryker runs this in a copy of the tree. The copy's packages are found by path, because `node_modules` links to the
// tree itself, whose source is not mutated.
const root = process.cwd()
const judges = JSON.parse(process.env['DESKBELL_MUTATION_JUDGES'] ?? '[]')

/** Quick tests first, those without a database before all: the first that fails ends the run of a mutant. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const duration = (file: TestSpecification) => this.ctx.cache.getTestSpecificationResult(file)?.duration ?? 0
    const order = (file: TestSpecification) => Number(hasDatabase(file.moduleId))
    return files.toSorted((a, b) => order(a) - order(b) || duration(a) - duration(b))
  }
}

function hasDatabase(path: string): boolean {
  return path.endsWith('.pg.test.ts')
}

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@deskbell\/sdk$/, replacement: resolve(root, 'packages/sdk/src/index.ts') },
      { find: /^@deskbell\/([^/]+)\/(.+)$/, replacement: `${root}/packages/$1/src/$2.ts` },
    ],
  },
  test: {
    include: judges,
    exclude: ['**/node_modules/**', '**/*.isolated.pg.test.ts'],
    setupFiles: ['./scripts/mutation/end-on-failure.ts'],
    globalSetup: globSync(judges).some(hasDatabase) ? ['./packages/testkit/src/database/postgres-global-setup.ts'] : [],
    isolate: false,
    sequence: { sequencer: QuickFirst },
    // A mutant may wait for ever.
    testTimeout: 10_000,
    hookTimeout: 60_000,
  },
})
