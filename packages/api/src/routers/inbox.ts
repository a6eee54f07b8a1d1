import { followInboxInputSchema, inboxFrameSchema } from '@deskbell/contract/inbox'
import { openInbox } from '@deskbell/core/inbox/follow-inbox'
import { signedInProcedure } from '../trpc.ts'
import { frameStream } from './frame-stream.ts'

export const inboxProcedures = {
  events: signedInProcedure
    .meta({
      queue: 'none',
      summary: 'Follow the list of chats: an operator all, a client its own.',
      frame: inboxFrameSchema,
    })
    .input(followInboxInputSchema)
    .subscription(({ ctx, input, path, signal = ctx.signal }) =>
      frameStream({ ctx, path, signal }, openInbox(ctx.core, ctx.actor, input)),
    ),
}
