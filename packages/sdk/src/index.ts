export type { AppRouter } from '@deskbell/api/router'
export type { Attachment } from '@deskbell/contract/attachments'
export type { Chat, ChatStatus, ClosedChatPolicy } from '@deskbell/contract/chats'
export type { ErrorCode } from '@deskbell/contract/errors'
export type { EntryActor, LogEntry, PageOutput } from '@deskbell/contract/events'
export type { ChatId, MessageId, UserId } from '@deskbell/contract/ids'
export type { InboxCounts } from '@deskbell/contract/inbox'
export {
  altTextCharsMax,
  attachmentsMax,
  editWindowMs,
  fileBytesMax,
  messageTextBytesMax,
  nameCharsMax,
  onlineRepeatMs,
  onlineUsersMax,
} from '@deskbell/contract/limits'
export type { Message } from '@deskbell/contract/messages'
export { type NormalForm, normalEmail, normalName } from '@deskbell/contract/normal-form'
export type { LoginInput, LoginOutput, Role, User } from '@deskbell/contract/users'
export { hasVisible } from '@deskbell/contract/visible'
export { errorCode, isFinal, isRetryable, retryAfterMs, SdkError } from './base/errors.ts'
export { newId, toChatId, toMessageId, toUserId } from './base/ids.ts'
export { importCode } from './base/import-code.ts'
export type { FileToSend, SdkOptions, SendOptions, SessionOptions, SocketClass } from './base/options.ts'
export { type RetryOptions, retry } from './base/retry.ts'
export type { Store } from './base/store.ts'
export type { SessionState } from './connection/session.ts'
export { createSdk } from './create-sdk.ts'
export type { UploadOptions } from './files/upload-file.ts'
export type { InboxFollower, InboxState } from './inbox/inbox.ts'
export { compareByActivity, compareByWaiting } from './inbox/inbox.ts'
export type { OutboxState, PendingFile, PendingMessage } from './outbox/pending-message.ts'
export { preload } from './preload.ts'
export type { Sdk } from './sdk.ts'
export type { ConnectionState, EndReason, Via } from './socket/connection-state.ts'
export { entriesAfter } from './timeline/log-window.ts'
export type { ChatFollower, Timeline } from './timeline/timeline.ts'
