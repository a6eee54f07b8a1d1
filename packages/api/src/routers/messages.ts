import {
  editMessageInputSchema,
  listMessagesInputSchema,
  listMessagesOutputSchema,
  messageInputSchema,
  messageOutputSchema,
  sendBatchInputSchema,
  sendBatchOutputSchema,
  sendInputSchema,
  sendOutputSchema,
} from '@deskbell/contract/messages'
import { editMessage } from '@deskbell/core/messages/edit-message'
import { listMessages } from '@deskbell/core/messages/list-messages'
import { retractMessage } from '@deskbell/core/messages/retract-message'
import { sendBatch } from '@deskbell/core/messages/send-batch'
import { sendMessage } from '@deskbell/core/messages/send-message'
import { signedInProcedure } from '../trpc.ts'

export const messagesProcedures = {
  send: signedInProcedure
    .meta({
      scope: 'send',
      queue: 'none',
      summary: 'Send a message. The same `clientMsgId` again returns the first message.',
      rate: 'send',
      rest: {
        method: 'POST',
        path: '/chats/{id}/messages',
        success: { 201: 'The new message.', 200: 'The first message with this `clientMsgId`.' },
      },
      errors: ['not_found', 'chat_closed', 'client_msg_id_reused'],
    })
    .input(sendInputSchema)
    .output(sendOutputSchema)
    .mutation(async ({ ctx, input }) => {
      const sent = await sendMessage(ctx.core, ctx.actor, input)
      ctx.reply.status = sent.duplicate ? 200 : 201
      return sent
    }),

  sendBatch: signedInProcedure
    .meta({
      scope: 'send',
      queue: 'none',
      summary: 'Send up to twenty messages in order; each has its own outcome.',
      rate: 'send',
      errors: ['not_found'],
    })
    .input(sendBatchInputSchema)
    .output(sendBatchOutputSchema)
    .mutation(({ ctx, input }) => sendBatch(ctx.core, ctx.actor, input)),

  list: signedInProcedure
    .meta({
      summary: 'Messages of a chat, ids ascending.',
      rest: { method: 'GET', path: '/chats/{id}/messages', success: { 200: 'One page of messages.' } },
      errors: ['not_found'],
    })
    .input(listMessagesInputSchema)
    .output(listMessagesOutputSchema)
    .query(({ ctx, input }) => listMessages(ctx.core, ctx.actor, input)),

  edit: signedInProcedure
    .meta({
      scope: 'send',
      queue: 'none',
      summary: 'Give an own message another text, within five minutes. The same text again changes nothing.',
      rate: 'send',
      rest: {
        method: 'POST',
        path: '/chats/{id}/messages/{messageId}/edit',
        success: { 200: 'The message with its text.' },
      },
      errors: ['not_found', 'chat_closed', 'not_editable'],
    })
    .input(editMessageInputSchema)
    .output(messageOutputSchema)
    .mutation(({ ctx, input }) => editMessage(ctx.core, ctx.actor, input)),

  retract: signedInProcedure
    .meta({
      scope: 'send',
      queue: 'none',
      summary: 'Take an own message back, within five minutes: its text is gone. Repeating it changes nothing.',
      rate: 'send',
      rest: {
        method: 'POST',
        path: '/chats/{id}/messages/{messageId}/retract',
        success: { 200: 'The message without its text.' },
      },
      errors: ['not_found', 'chat_closed', 'not_editable'],
    })
    .input(messageInputSchema)
    .output(messageOutputSchema)
    .mutation(({ ctx, input }) => retractMessage(ctx.core, ctx.actor, input)),
}
