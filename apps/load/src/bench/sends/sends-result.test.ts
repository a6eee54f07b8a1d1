import { expect, test } from 'vitest'
import { sendLevels } from './send-level.ts'
import { type SendRun, type SendsRaw, sendsResult } from './sends-result.ts'
import { yardstick } from './sides.ts'

const frame: Omit<SendsRaw, 'runs'> = {
  plan: { rounds: 2, levels: sendLevels.slice(0, 4), times: { warmMs: 2_000, measureMs: 4_000 } },
  turns: { order: 'square', vacuumed: true },
  versions: { pgbench: '15', ejabberd: '23.01', 'socket.io': '4' },
  missing: {},
}

/** Rates at 512 in flight by round, and the wait at one in flight. */
function runsOf(name: string, rates: readonly number[], p50 = 1): SendRun[] {
  return rates.flatMap((perSecond, round) =>
    [
      { lines: 1, perLine: 1 },
      { lines: 32, perLine: 16 },
    ].map((level) => {
      const figures = { perSecond, p50, p99: 9, unavailable: 0, serverUs: 70, databaseUs: 30, senderUs: 5 }
      return { name, ...level, round, figures }
    }),
  )
}

const all = [
  ...runsOf(yardstick, [1_000, 2_000]),
  ...runsOf('Deskbell', [3_000, 8_000], 1.25),
  ...runsOf('Socket.IO + pg', [4_000, 4_000]),
  ...runsOf('ejabberd', [500, 500]),
]

test('[BENCH-1] a ratio is made in each round, and the middle of the ratios is the figure', () => {
  const { targets, tables } = sendsResult({ ...frame, runs: all })
  expect(targets.map(({ measured, met }) => [measured, met])).toEqual([
    ['–', null],
    ['–', null],
    ['3.50 [3.00–4.00] n=2 ×', true],
    ['1.25 [1.25–1.25] n=2 ×', true],
    ['70 [70–70] n=2 µs', true],
    ['1.38 [0.75–2.00] n=2 ×', true],
    ['1.25 [1.25–1.25] n=2 ×', false],
    ['11.00 [6.00–16.00] n=2 ×', true],
    ['1.25 [1.25–1.25] n=2 ×', false],
  ])
  expect(tables[3]?.rows[1]).toEqual(
    expect.arrayContaining(['Deskbell', '5,500 [3,000–8,000] n=2', '3.50 [3.00–4.00] n=2', '100 [100–100] n=2']),
  )
})

test('[BENCH-3] a contender that is not installed is named as not measured, and so is its target', () => {
  const runs = all.filter(({ name }) => name !== yardstick && name !== 'ejabberd')
  const missing = { [yardstick]: 'not installed', ejabberd: 'not installed' }
  const { targets, tables, about } = sendsResult({ ...frame, missing, runs })
  expect(targets.map(({ met }) => met)).toEqual([null, null, null, null, true, true, false, null, null])
  const cells = tables[3]?.rows.map(([name, rate]) => [name, rate])
  expect(cells).toEqual([
    [yardstick, 'not measured: not installed'],
    ['Deskbell', '5,500 [3,000–8,000] n=2'],
    ['Socket.IO + pg', '4,000 [4,000–4,000] n=2'],
    ['ejabberd', 'not measured: not installed'],
  ])
  expect(about).toContain('**ejabberd** (not installed)')
})

test('[BENCH-2] what an overloaded server did not take is told, and breaks nothing', () => {
  const [run] = runsOf('Deskbell', [100])
  if (run === undefined) throw new Error('There is no run.')
  const { tables } = sendsResult({ ...frame, runs: [{ ...run, figures: { ...run.figures, unavailable: 7 } }] })
  expect(tables[0]?.rows[0]?.[1]).toBe('100 (one run), and 7 refused as unavailable')
})

test('[BENCH-8] a part that did not run whole squares says so, and so does one whose turns only rotated', () => {
  const { about } = sendsResult({ ...frame, runs: all })
  expect(about).toContain('a Williams square of 4 rounds, **of which 2 ran: not balanced**')
  const whole = sendsResult({ ...frame, plan: { ...frame.plan, rounds: 8 }, runs: all })
  expect(whole.about).toContain('a Williams square of 4 rounds.')
  const rotated = sendsResult({ ...frame, turns: { order: 'rotation', vacuumed: false }, runs: all })
  expect(rotated.about).toContain('The turns were rotated and not balanced')
})
