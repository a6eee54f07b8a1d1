import type { Actor } from '@deskbell/contract/actor'
import type { SendBatchInput, SendBatchOutput, SendItem, SendOutcome } from '@deskbell/contract/messages'
import type { Core } from '../context.ts'
import type { ItemAnswer } from '../writer/command.ts'

/**
 * Sends several messages in array order, in one transaction. A refused item does not affect the items behind it.
 * An error that a retry may fix (the database is away) rejects the whole batch, so the error of an item is final.
 */
export async function sendBatch(core: Core, actor: Actor, input: SendBatchInput): Promise<SendBatchOutput> {
  const answers = await core.writer.send(actor, input)
  return { items: answers.map((answer, place) => toOutcome(answer, input.items[place])) }
}

function toOutcome(answer: ItemAnswer, item: SendItem | undefined): SendOutcome {
  if (item === undefined) throw new Error('An answer has no item.')
  const { clientMsgId } = item
  if ('refused' in answer) return { clientMsgId, error: { code: answer.refused, retryable: false } }
  return { clientMsgId, ...answer }
}
