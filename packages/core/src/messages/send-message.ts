import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { SendInput, SendOutput } from '@deskbell/contract/messages'
import type { Core } from '../context.ts'

/** Sends one message, as a batch of one. */
export async function sendMessage(core: Core, actor: Actor, input: SendInput): Promise<SendOutput> {
  const { chatId, ...item } = input
  const [answer] = await core.writer.send(actor, { chatId, items: [item] })
  if (answer === undefined) throw new Error('A send had no answer.')
  if ('refused' in answer) throw new AppError(answer.refused)
  return answer
}
