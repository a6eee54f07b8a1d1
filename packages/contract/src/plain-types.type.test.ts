import { describe, expectTypeOf, test } from 'vitest'
import type { z } from 'zod'
import type {
  Chat,
  ChatStatus,
  ClosedChatPolicy,
  chatSchema,
  chatStatusSchema,
  closedChatPolicySchema,
} from './chats.ts'
import type { EntryActor, entryActorSchema, LogEntry, logEntrySchema, PageOutput, pageOutputSchema } from './events.ts'
import type { ChatId, chatIdSchema, MessageId, messageIdSchema, UserId, userIdSchema } from './ids.ts'
import type { InboxCounts, InboxFrame } from './inbox.ts'
import type { Message, messageSchema } from './messages.ts'
import type {
  LoginInput,
  LoginOutput,
  loginInputSchema,
  loginOutputSchema,
  Role,
  roleSchema,
  User,
  userSchema,
} from './users.ts'

/** Public types are written out, so that they are readable in the SDK. They must equal those of the schemas. */
describe('the types that are written out', () => {
  test('[SDK-1] equal the types of the schemas', () => {
    expectTypeOf<z.infer<typeof userIdSchema>>().toEqualTypeOf<UserId>()
    expectTypeOf<z.infer<typeof chatIdSchema>>().toEqualTypeOf<ChatId>()
    expectTypeOf<z.infer<typeof messageIdSchema>>().toEqualTypeOf<MessageId>()
    expectTypeOf<z.infer<typeof roleSchema>>().toEqualTypeOf<Role>()
    expectTypeOf<z.infer<typeof userSchema>>().toEqualTypeOf<User>()
    expectTypeOf<z.output<typeof loginInputSchema>>().toEqualTypeOf<LoginInput>()
    expectTypeOf<z.infer<typeof loginOutputSchema>>().toEqualTypeOf<LoginOutput>()
    expectTypeOf<z.infer<typeof messageSchema>>().toEqualTypeOf<Message>()
    expectTypeOf<z.infer<typeof chatStatusSchema>>().toEqualTypeOf<ChatStatus>()
    expectTypeOf<z.infer<typeof closedChatPolicySchema>>().toEqualTypeOf<ClosedChatPolicy>()
    expectTypeOf<z.infer<typeof chatSchema>>().toEqualTypeOf<Chat>()
    expectTypeOf<z.infer<typeof entryActorSchema>>().toEqualTypeOf<EntryActor>()
    expectTypeOf<z.infer<typeof logEntrySchema>>().branded.toEqualTypeOf<LogEntry>()
    expectTypeOf<z.infer<typeof pageOutputSchema>>().branded.toEqualTypeOf<PageOutput>()
    expectTypeOf<Extract<InboxFrame, { t: 'counts' }>>().toEqualTypeOf<InboxCounts>()
  })
})
