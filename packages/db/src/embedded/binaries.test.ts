import { expect, test } from 'vitest'
import { findBinaries } from './binaries.ts'

test('[RUN-3] on a platform without an embedded PostgreSQL the error names DATABASE_URL, in one line', () => {
  for (const platform of ['win32-x64', 'linux-riscv64', 'freebsd-x64']) {
    expect(() => findBinaries(platform)).toThrow(
      `There is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL of your own (15 or newer).`,
    )
  }
})
