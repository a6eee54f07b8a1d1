import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stockTrpc } from './stock-trpc.ts'

test('[BENCH-10] the stock tRPC is the published one: its own helper for spreading is back', async () => {
  await using stock = await stockTrpc()
  const files = globSync('dist/**/*.mjs', { cwd: stock.folder })
  const texts = await Promise.all(files.map((file) => readFile(join(stock.folder, file), 'utf8')))
  const spreading = texts.filter((text) => text.includes('function _objectSpread2('))
  expect(spreading.length).toBeGreaterThan(0)
  for (const text of spreading) {
    expect(text).toContain('Object.getOwnPropertyDescriptors')
    expect(text).not.toContain('{ ...e, ...first, ...second }')
  }
})
