import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { serverArgs } from './bootstrap/serve.mjs'

test('the container and the benchmarks run the server with the flags of `npm start`', () => {
  const flags = serverArgs.filter((arg) => arg.startsWith('--max'))
  expect(flags).toHaveLength(1)
  const bench = 'apps/load/src/bench'
  for (const file of ['Dockerfile', `${bench}/suite/product-server.ts`, `${bench}/memory/settled-memory.ts`]) {
    for (const flag of flags) expect(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).toContain(flag)
  }
})
