import type { Bus } from '@deskbell/bus/bus'
import type { ClosedChatPolicy } from '@deskbell/contract/chats'
import type { AuthMode } from '@deskbell/contract/users'
import type { Database } from '@deskbell/db/database'
import type { Queries } from '@deskbell/db/queries/queries'
import type { Clock } from './clock.ts'
import type { CallQueues } from './fair-queue.ts'
import type { Inbox } from './inbox/inbox.ts'
import type { Logger } from './logger.ts'
import type { MailQueue } from './mail-queue.ts'
import type { Oidc } from './oidc/oidc.ts'
import type { PasswordHasher } from './passwords/password-hasher.ts'
import type { Presence } from './presence/presence.ts'
import type { TypingMemory } from './presence/typing-memory.ts'
import type { SecretBox } from './secrets/secret-box.ts'
import type { AvatarFetches } from './stored-files/avatar-fetches.ts'
import type { Avatars } from './stored-files/avatars.ts'
import type { Files } from './stored-files/files.ts'
import type { Hub } from './subscriptions/hub.ts'
import type { ChatWriter } from './writer/chat-writer.ts'
import type { DeliveredWriter } from './writer/delivered-writer.ts'
import type { ReadStatusWriter } from './writer/read-status-writer.ts'

/** The first argument of every use case. `createCore` makes it, once a process. */
export type Core = {
  readonly db: Database
  /** Statements prepared once for this database. */
  readonly queries: Queries
  readonly bus: Bus
  readonly hub: Hub
  readonly inbox: Inbox
  /** Makes every change of existing chats. */
  readonly writer: ChatWriter
  readonly readStatus: ReadStatusWriter
  readonly delivered: DeliveredWriter
  readonly files: Files
  readonly avatars: Avatars
  readonly avatarFetches: AvatarFetches
  readonly typing: TypingMemory
  readonly presence: Presence
  /** Hashes passwords, a few at once. */
  readonly passwords: PasswordHasher
  /** Null on a server that sends no mail. */
  readonly mails: MailQueue | null
  /** Null where operators do not sign in at an identity provider. */
  readonly oidc: Oidc | null
  /** Nobody signs in by a password. */
  readonly passwordsOff: boolean
  /** Encrypts the secrets that are stored and read again. */
  readonly secrets: SecretBox
  /** For calls of users that do not go through `writer`, which is fair itself. */
  readonly queues: CallQueues
  readonly clock: Clock
  readonly log: Logger
  readonly authMode: AuthMode
  /** What pages offer when a client writes in a closed chat. Only with `reopen` may clients reopen their chats. */
  readonly closedChat: ClosedChatPolicy
  /** Identifies the history of the database. A cursor or a hint of another epoch is foreign. */
  epoch(): string
  /** Reads the epoch, subscribes to the bus and starts the reconciliation. The owner of the bus starts and stops it. */
  start(): Promise<void>
  stop(): Promise<void>
}
