import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

// Stryker runs this in a copy of the tree. The copy's packages are found by path, because `node_modules` links to the
// tree itself, whose source is not mutated.
const root = process.cwd()
const judges = JSON.parse(process.env['DESKBELL_MUTATION_JUDGES'] ?? '[]')

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
    globalSetup: ['./packages/testkit/src/database/postgres-global-setup.ts'],
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
