import type { Bus } from '@deskbell/bus/bus'
import type { ClosedChatPolicy } from '@deskbell/contract/chats'
import type { AuthMode } from '@deskbell/contract/users'
import type { Database } from '@deskbell/db/database'
import { createQueries } from '@deskbell/db/queries/queries'
import { SessionPruner } from './auth/session-pruner.ts'
import { returnChatsOfInactive } from './chats/changes/return-chats.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Core } from './context.ts'
import { createCallQueues } from './fair-queue.ts'
import { Inbox } from './inbox/inbox.ts'
import type { Logger } from './logger.ts'
import { MailQueue, type SendMail } from './mail-queue.ts'
import type { Oidc } from './oidc/oidc.ts'
import { ReachableAddresses } from './outgoing/reachable-addresses.ts'
import { PasswordHasher } from './passwords/password-hasher.ts'
import { Presence } from './presence/presence.ts'
import type { PresenceTimings } from './presence/presence-timings.ts'
import { TypingMemory } from './presence/typing-memory.ts'
import type { SecretBox } from './secrets/secret-box.ts'
import { AvatarFetches } from './stored-files/avatar-fetches.ts'
import { Avatars } from './stored-files/avatars.ts'
import { Files, type FilesOptions } from './stored-files/files.ts'
import { createHub } from './subscriptions/hub.ts'
import { ChatWriter } from './writer/chat-writer.ts'
import { DeliveredWriter } from './writer/delivered-writer.ts'
import { ReadStatusWriter } from './writer/read-status-writer.ts'

export type CoreOptions = {
  db: Database
  bus: Bus
  log: Logger
  authMode: AuthMode
  secrets: SecretBox
  files: FilesOptions
  /** Default: no mail is sent. */
  sendMail?: SendMail | null
  /** Default: operators sign in by passwords only. */
  oidc?: Oidc | null
  passwordsOff?: boolean
  /** Networks that the server may fetch from, beside the public internet. Default: none. */
  fetchAllow?: readonly string[]
  /** Default: `say`. */
  closedChat?: ClosedChatPolicy
  clock?: Clock
  /** The memory of all rings together, in bytes. Default: `ringsBytesMax` of the limits. */
  ringsBytesMax?: number | undefined
  /** Other timings, for tests. */
  presenceTimings?: Partial<PresenceTimings> | undefined
}

export function createCore(options: CoreOptions): Core {
  const { db, bus, log, authMode, secrets, closedChat = 'say', sendMail = null, clock = systemClock } = options
  const { oidc = null, passwordsOff = false } = options
  const hub = createHub({ db, bus, log, clock, ringsBytesMax: options.ringsBytesMax })
  const inbox = new Inbox({ db, log })
  hub.addListener(inbox)
  const writer = new ChatWriter({ db, bus, clock, authMode, epoch: () => hub.epoch() })
  const readStatus = new ReadStatusWriter({ db, log })
  const delivered = new DeliveredWriter({ db, bus, log, epoch: () => hub.epoch() })
  const queries = createQueries(db.orm)
  const typing = new TypingMemory({ bus, readChat: (chatId) => queries.chats.summary(chatId) })
  const presence = new Presence({ db, log, timings: options.presenceTimings })
  const mails = sendMail === null ? null : new MailQueue(sendMail, log)
  const sessionPruner = new SessionPruner({ db, clock, log, returnChats: () => returnChatsOfInactive(core) })
  const passwords = new PasswordHasher()
  const files = new Files({ ...options.files, db, log, clock })
  const avatars = new Avatars({ files, inspector: options.files.inspector, log })
  const reachable = new ReachableAddresses(options.fetchAllow)
  const avatarFetches = new AvatarFetches({ db, bus, log, files, avatars, reachable, epoch: () => hub.epoch() })
  const core: Core = {
    db,
    queries,
    bus,
    hub,
    inbox,
    writer,
    readStatus,
    delivered,
    files,
    avatars,
    avatarFetches,
    typing,
    presence,
    passwords,
    mails,
    oidc,
    passwordsOff,
    secrets,
    queues: createCallQueues(),
    clock,
    log,
    authMode,
    closedChat,
    epoch: () => hub.epoch(),
    async start() {
      await hub.start()
      inbox.start()
      typing.start()
      presence.start()
      sessionPruner.start()
      files.start()
    },
    async stop() {
      await sessionPruner.stop()
      await avatarFetches.stop()
      await files.stop()
      await passwords.stop()
      await writer.stop()
      await mails?.stop()
      typing.stop()
      await presence.stop()
      await Promise.all([hub.stop(), inbox.stop()])
      await delivered.stop()
      await readStatus.stop()
    },
  }
  return core
}
