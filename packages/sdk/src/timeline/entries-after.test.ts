import { expect, test } from 'vitest'
import { entriesAfter } from './entries-after.ts'
import { ModelServer } from './model-server.ts'

test('[SDK-2] the entries behind a place are found wherever the window begins and ends', () => {
  const entries = new ModelServer(20).slice().slice(10)
  const behind = (seq: number) => entriesAfter(entries, seq).map((entry) => entry.seq)
  expect(behind(17)).toEqual([18, 19, 20])
  expect([behind(20), behind(25)]).toEqual([[], []])
  expect([behind(10).length, behind(0).length]).toEqual([10, 10])
  expect(entriesAfter([], 5)).toEqual([])
})
