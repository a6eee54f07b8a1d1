import type { Actor } from '@deskbell/contract/actor'
import type { SendBatchInput } from '@deskbell/contract/messages'
import type { Core } from '../context.ts'
import type { ItemAnswer } from './send-job.ts'

/** Stores a batch in array order; each item has its answer. Trouble with the whole is thrown. */
export function sendItems(core: Core, actor: Actor, input: SendBatchInput): Promise<ItemAnswer[]> {
  return core.sends.send(actor, input)
}
