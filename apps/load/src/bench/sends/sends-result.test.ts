import { expect, test } from 'vitest'
import { sendLevels } from './send-level.ts'
import { type SendRun, sendsResult } from './sends-result.ts'

const times = { warmMs: 2_000, measureMs: 4_000 }
const frame = { pgbench: '15', ejabberd: '23.01', rounds: 2, levels: sendLevels, times }

/** Rates at 512 in flight by round, and the wait at one in flight. */
function runsOf(name: string, rates: readonly number[], p50 = 1): SendRun[] {
  return rates.flatMap((perSecond, round) =>
    [1, 512].map((inFlight) => {
      const figures = { perSecond, p50, p99: 9, unavailable: 0, serverUs: 70, databaseUs: 30, senderUs: 5 }
      return { name, inFlight, round, figures }
    }),
  )
}

const all = [
  ...runsOf('pgbench', [1_000, 2_000]),
  ...runsOf('Deskbell', [3_000, 8_000], 1.25),
  ...runsOf('Socket.IO + pg', [4_000, 4_000]),
  ...runsOf('ejabberd', [500, 500]),
]

test('[BENCH-1] a ratio is made in each round, and the middle of the ratios is the figure', () => {
  const { targets, tables } = sendsResult(all, frame)
  expect(targets.map(({ measured, met }) => [measured, met])).toEqual([
    ['–', null],
    ['–', null],
    ['3.50 [3.00–4.00] ×', true],
    ['1.25 [1.25–1.25] ×', true],
    ['70 [70–70] µs', true],
    ['1.38 [0.75–2.00] ×', true],
    ['1.25 [1.25–1.25] ×', false],
    ['11.00 [6.00–16.00] ×', true],
    ['1.25 [1.25–1.25] ×', false],
  ])
  expect(tables[3]?.rows[1]).toEqual(
    expect.arrayContaining(['Deskbell', '5,500 [3,000–8,000]', '3.50 [3.00–4.00]', '100 [100–100]']),
  )
})

test('[BENCH-3] a contender that is not installed is named as not measured, and so is its target', () => {
  const { targets, tables, about } = sendsResult(
    all.filter(({ name }) => name !== 'pgbench' && name !== 'ejabberd'),
    { ...frame, pgbench: null, ejabberd: null },
  )
  expect(targets.map(({ met }) => met)).toEqual([null, null, null, null, true, true, false, null, null])
  const cells = tables[3]?.rows.map(([name, rate]) => [name, rate])
  expect(cells).toEqual([
    ['pgbench', 'not measured: not installed'],
    ['Deskbell', '5,500 [3,000–8,000]'],
    ['Socket.IO + pg', '4,000 [4,000–4,000]'],
    ['ejabberd', 'not measured: not installed'],
  ])
  expect(about).toContain('**ejabberd** (not installed)')
})

test('[BENCH-2] what an overloaded server did not take is told, and breaks nothing', () => {
  const [run] = runsOf('Deskbell', [100])
  if (run === undefined) throw new Error('There is no run.')
  const { tables } = sendsResult([{ ...run, figures: { ...run.figures, unavailable: 7 } }], frame)
  expect(tables[0]?.rows[1]?.[1]).toBe('100 [100–100], and 7 refused as unavailable')
})
