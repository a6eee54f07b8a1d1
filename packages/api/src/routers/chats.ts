import {
  assignOperatorInputSchema,
  chatInputSchema,
  chatOutputSchema,
  closeChatInputSchema,
  createChatInputSchema,
  listChatsInputSchema,
  listChatsOutputSchema,
  markDeliveredInputSchema,
  markReadInputSchema,
  noReplyInputSchema,
} from '@deskbell/contract/chats'
import { chatFrameSchema, followChatInputSchema, pageInputSchema, pageOutputSchema } from '@deskbell/contract/events'
import { typingInputSchema } from '@deskbell/contract/presence'
import { assignOperator } from '@deskbell/core/chats/changes/assign-operator'
import { closeChat } from '@deskbell/core/chats/changes/close-chat'
import { noReply } from '@deskbell/core/chats/changes/no-reply'
import { releaseChat } from '@deskbell/core/chats/changes/release-chat'
import { reopenChat } from '@deskbell/core/chats/changes/reopen-chat'
import { createChat } from '@deskbell/core/chats/create-chat'
import { openChat } from '@deskbell/core/chats/follow-chat'
import { getChat } from '@deskbell/core/chats/get-chat'
import { listChats } from '@deskbell/core/chats/list-chats'
import { markDelivered } from '@deskbell/core/chats/marks/mark-delivered'
import { markRead } from '@deskbell/core/chats/marks/mark-read'
import { pageEvents } from '@deskbell/core/chats/page-events'
import { typeInChat } from '@deskbell/core/presence/type-in-chat'
import { z } from 'zod'
import { operatorProcedure, reopenProcedure, signedInProcedure } from '../trpc.ts'
import { frameStream } from './frame-stream.ts'

export const chatsProcedures = {
  create: signedInProcedure
    .meta({
      scope: 'send',
      queue: 'opening',
      summary: 'Start a chat: a client for itself, an operator for the client with this e-mail.',
      rest: {
        method: 'POST',
        path: '/chats',
        success: { 201: 'The new chat.', 200: 'The first chat with this `clientChatId`.' },
      },
    })
    .input(createChatInputSchema)
    .output(chatOutputSchema)
    .mutation(async ({ ctx, input }) => {
      const { chat, created } = await createChat(ctx.core, ctx.actor, input)
      ctx.reply.status = created ? 201 : 200
      return { chat }
    }),

  list: signedInProcedure
    .meta({
      summary:
        'Chats, most recent activity first: a client sees its own, an operator all, with `sort=waiting` the longest waiting first.',
      rest: { method: 'GET', path: '/chats', success: { 200: 'One page of chats.' } },
    })
    .input(listChatsInputSchema)
    .output(listChatsOutputSchema)
    .query(({ ctx, input }) => listChats(ctx.core, ctx.actor, input)),

  get: signedInProcedure
    .meta({
      summary: 'One chat.',
      rest: { method: 'GET', path: '/chats/{id}', success: { 200: 'The chat.' } },
      errors: ['not_found'],
    })
    .input(chatInputSchema)
    .output(chatOutputSchema)
    .query(({ ctx, input }) => getChat(ctx.core, ctx.actor, input)),

  close: operatorProcedure
    .meta({
      queue: 'none',
      summary:
        'Close a chat, with `ifSeq` only if the client has written nothing after it. Repeating it changes nothing.',
      rest: { method: 'POST', path: '/chats/{id}/close', success: { 200: 'The closed chat.' } },
      errors: ['not_found', 'newer_messages'],
    })
    .input(closeChatInputSchema)
    .output(chatOutputSchema)
    .mutation(({ ctx, input }) => closeChat(ctx.core, ctx.actor, input)),

  reopen: reopenProcedure
    .meta({
      queue: 'none',
      summary: 'Open a closed chat again; its operator keeps it. Repeating it changes nothing.',
      rest: { method: 'POST', path: '/chats/{id}/reopen', success: { 200: 'The open chat.' } },
      errors: ['not_found'],
    })
    .input(chatInputSchema)
    .output(chatOutputSchema)
    .mutation(({ ctx, input }) => reopenChat(ctx.core, ctx.actor, input)),

  assignOperator: operatorProcedure
    .meta({
      queue: 'none',
      summary: 'Give a chat to an operator, without `operatorId` to oneself. Repeating it changes nothing.',
      rest: { method: 'POST', path: '/chats/{id}/assign-operator', success: { 200: 'The chat with its operator.' } },
      errors: ['not_found', 'already_assigned', 'chat_closed'],
    })
    .input(assignOperatorInputSchema)
    .output(chatOutputSchema)
    .mutation(({ ctx, input }) => assignOperator(ctx.core, ctx.actor, input)),

  release: operatorProcedure
    .meta({
      queue: 'none',
      summary: 'Give a chat back, so that it has no operator. Repeating it changes nothing.',
      rest: { method: 'POST', path: '/chats/{id}/release', success: { 200: 'The chat without an operator.' } },
      errors: ['not_found', 'already_assigned', 'chat_closed'],
    })
    .input(chatInputSchema)
    .output(chatOutputSchema)
    .mutation(({ ctx, input }) => releaseChat(ctx.core, ctx.actor, input)),

  noReply: operatorProcedure
    .meta({
      queue: 'none',
      summary:
        'Say that what the client has written needs no answer, with `ifSeq` only if it has written nothing after it. Repeating it changes nothing.',
      rest: { method: 'POST', path: '/chats/{id}/no-reply', success: { 200: 'The chat, which waits for nobody.' } },
      errors: ['not_found', 'newer_messages'],
    })
    .input(noReplyInputSchema)
    .output(chatOutputSchema)
    .mutation(({ ctx, input }) => noReply(ctx.core, ctx.actor, input)),

  markRead: signedInProcedure
    .meta({
      scope: 'send',
      rate: 'read',
      summary: 'Move the read mark forward to `seq`. It never goes back.',
      rest: { method: 'POST', path: '/chats/{id}/read', success: { 204: 'Marked.' } },
      errors: ['not_found'],
    })
    .input(markReadInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => markRead(ctx.core, ctx.actor, input)),

  markDelivered: signedInProcedure
    .meta({
      scope: 'send',
      rate: 'read',
      summary: 'Say that a device has the log up to `seq`. The mark never goes back.',
      errors: ['not_found'],
    })
    .input(markDeliveredInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => markDelivered(ctx.core, ctx.actor, input)),

  typing: signedInProcedure
    .meta({
      scope: 'send',
      rate: 'read',
      summary:
        'Say that you write in a chat. Shown to its followers for a few seconds; more often than needed is ignored.',
      errors: ['not_found'],
    })
    .input(typingInputSchema)
    .output(z.void())
    .mutation(({ ctx, input }) => typeInChat(ctx.core, ctx.actor, input)),

  page: signedInProcedure
    .meta({ summary: 'A page of the log, newest first page, with the cursor to follow from.', errors: ['not_found'] })
    .input(pageInputSchema)
    .output(pageOutputSchema)
    .query(({ ctx, input }) => pageEvents(ctx.core, ctx.actor, input)),

  events: signedInProcedure
    .meta({ queue: 'none', summary: 'Follow the log of a chat.', errors: ['not_found'], frame: chatFrameSchema })
    .input(followChatInputSchema)
    .subscription(({ ctx, input, path, signal = ctx.signal }) =>
      frameStream({ ctx, path, signal }, openChat(ctx.core, ctx.actor, input)),
    ),
}
