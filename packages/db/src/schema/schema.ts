/** All tables, for drizzle and drizzle-kit. */
export { chatEvents } from './chat-events.ts'
export { chatMarks, chats } from './chats.ts'
export { deployment } from './deployment.ts'
export { feed } from './feed.ts'
export { messageRevisions } from './message-revisions.ts'
export { messageIdSequence, messages } from './messages.ts'
export { sessions } from './sessions.ts'
export { users } from './users.ts'
