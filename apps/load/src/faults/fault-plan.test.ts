import type { RoundKind } from '@deskbell/testkit/history/run-record'
import { expect, test } from 'vitest'
import { planRounds } from '../run/check-run.ts'
import { checkOptions } from '../run/run-options.ts'
import { seededRandom } from '../seeded-random.ts'
import { faultKinds } from './fault-kinds.ts'
import { allFaults, planFaults } from './fault-plan.ts'

const plan = (seed: string) => planFaults(seededRandom(seed, 'plan'), 600_000, allFaults)

test('[CHECK-5] the same seed plans the same faults, another one others', () => {
  expect(plan('a')).toEqual(plan('a'))
  expect(plan('a')).not.toEqual(plan('b'))
})

test('[CHECK-5] ten minutes have every kind of fault, a server killed every few seconds, and calm periods', () => {
  const faults = plan('a')
  expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(Object.keys(faultKinds)))
  expect(faults.filter(({ kind }) => kind === 'kill').length).toBeGreaterThan(50)
  const shaken = new Set(faults.map(({ atMs }) => Math.floor(atMs / allFaults.periodMs)))
  expect(shaken.size).toBeLessThan(110)
})

test('[CHECK-5] a run is mostly chaos, at least a tenth is calm with every hint lost, and some with every hint delivered', () => {
  const rounds = planRounds(checkOptions({ minutes: 30 }))
  const of = (...kinds: RoundKind[]) => rounds.filter((round) => kinds.includes(round.kind))
  const lengthOf = (some: typeof rounds) => some.reduce((sum, round) => sum + round.lengthMs, 0)
  expect(lengthOf(of('mute', 'slow')) / lengthOf(rounds)).toBeGreaterThanOrEqual(0.1)
  expect(lengthOf(of('faults')) / lengthOf(rounds)).toBeGreaterThan(0.5)
  expect(of('mute', 'slow').every((round) => round.bus.drop === 1)).toBe(true)
  expect(of('faults').every((round) => round.bus.drop === 0.2)).toBe(true)
  expect(of('delivering').map((round) => round.bus.drop)).toContain(0)
  expect(of('slow').some((round) => round.slowReaders > 0)).toBe(true)
})
