import { describe, expectTypeOf, test } from 'vitest'
import type { Stage, StageEvent, StageTable } from './item-stage.ts'

type WithoutRow = Omit<StageTable, 'held'>
type WithoutCell = WithoutRow & { held: Omit<StageTable['held'], 'seen'> }

describe('the table of stages', () => {
  test('[SDK-18] a missing row, a missing cell or an unknown stage does not compile', () => {
    expectTypeOf<WithoutRow & Pick<StageTable, 'held'>>().toExtend<StageTable>()
    expectTypeOf<WithoutRow>().not.toExtend<StageTable>()
    expectTypeOf<WithoutCell>().not.toExtend<StageTable>()
    expectTypeOf<'lost'>().not.toExtend<StageTable[Stage][StageEvent]>()
  })
})
