import type { ErrorCode } from '@deskbell/contract/errors'
import { describe, expectTypeOf, test } from 'vitest'
import type { Stage, StageEvent, StageTable } from './item-stage.ts'
import type { PendingMessage } from './pending-message.ts'
import type { QueueItem } from './queue-state.ts'

type WithoutRow = Omit<StageTable, 'held'>
type WithoutCell = WithoutRow & { held: Omit<StageTable['held'], 'seen'> }

describe('the table of stages', () => {
  test('[SDK-18] a missing row, a missing cell or an unknown stage does not compile', () => {
    expectTypeOf<WithoutRow & Pick<StageTable, 'held'>>().toExtend<StageTable>()
    expectTypeOf<WithoutRow>().not.toExtend<StageTable>()
    expectTypeOf<WithoutCell>().not.toExtend<StageTable>()
    expectTypeOf<'lost'>().not.toExtend<StageTable[Stage][StageEvent]>()
  })

  test('[SDK-18] only a refusal makes a message fail, and a failed message has its code', () => {
    expectTypeOf<'failed'>().not.toExtend<StageTable['queued']['unanswered']>()
    expectTypeOf<'failed'>().toExtend<StageTable['queued']['refused']>()
    expectTypeOf<Extract<QueueItem, { stage: 'failed' }>['code']>().toEqualTypeOf<ErrorCode>()
    expectTypeOf<Extract<PendingMessage, { state: 'failed' }>['code']>().toEqualTypeOf<ErrorCode>()
    expectTypeOf<Exclude<PendingMessage, { state: 'failed' }>['code']>().toEqualTypeOf<null>()
  })

  test('[SDK-18] what the row of a message says never removes the message', () => {
    expectTypeOf<'gone'>().not.toExtend<StageTable[Stage]['refused' | 'release' | 'retry']>()
    expectTypeOf<'gone'>().toExtend<StageTable[Stage]['discard']>()
  })
})
