import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const ignored = ['**/node_modules/**', '**/dist/**', '**/.tools/**', '**/.deskbell/**']
const cores = availableParallelism()
const postgresSetup = './packages/testkit/src/database/postgres-global-setup.ts'

const postgresTests = {
  globalSetup: [postgresSetup],
  // These wait for the database about as long as they work.
  maxWorkers: cores + 1,
  sequence: { groupOrder: 1 },
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 20_000 } },
}

const browserTests = {
  globalSetup: ['./apps/e2e/src/global-setup.ts', postgresSetup],
  testTimeout: 120_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 20_000 } },
}

export default defineConfig({
  test: {
    reporters: ['default', './scripts/count-reporter.mjs'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts', '**/*.test.tsx', 'scripts/**/*.test.mjs'],
          exclude: [...ignored, '**/*.pg.test.ts'],
          // A worker loads each module once for all of its files: what a test changes of a module, it puts back.
          isolate: false,
          maxWorkers: cores,
          sequence: { groupOrder: 0 },
          testTimeout: 60_000,
        },
      },
      {
        test: {
          ...postgresTests,
          name: 'pg',
          include: ['**/*.pg.test.ts'],
          exclude: [...ignored, '**/*.isolated.pg.test.ts'],
          isolate: false,
        },
      },
      {
        test: {
          ...postgresTests,
          name: 'isolated',
          include: ['**/*.isolated.pg.test.ts'],
          exclude: ignored,
        },
      },
      {
        test: {
          ...browserTests,
          name: 'e2e',
          include: ['apps/e2e/tests/**/*.e2e.ts'],
          exclude: ignored,
          isolate: false,
          maxWorkers: cores + 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...browserTests,
          name: 'long',
          include: ['**/*.long.ts'],
          exclude: [...ignored, '**/*.alone.long.ts'],
          maxWorkers: cores,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          ...browserTests,
          name: 'alone',
          include: ['**/*.alone.long.ts'],
          exclude: ignored,
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
})
