import { defineConfig } from 'vitest/config'

const ignored = ['**/node_modules/**', '**/dist/**', '**/.tools/**', '**/.deskbell/**']

export default defineConfig({
  test: {
    reporters: ['default', './scripts/count-reporter.mjs'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts', '**/*.test.tsx', 'scripts/**/*.test.mjs'],
          exclude: [...ignored, '**/*.pg.test.ts', '**/*.e2e.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'pg',
          include: ['**/*.pg.test.ts'],
          exclude: ignored,
          globalSetup: ['./packages/testkit/src/postgres-global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['apps/{e2e,load}/tests/**/*.e2e.ts'],
          exclude: ignored,
          globalSetup: ['./apps/e2e/src/global-setup.ts', './packages/testkit/src/postgres-global-setup.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
