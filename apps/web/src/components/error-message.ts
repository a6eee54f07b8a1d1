import type { ErrorCode } from '@deskbell/sdk'
import { errorCode } from '@deskbell/sdk'
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { OfflineError } from '../lib/offline-error.ts'

/** Returns what a refused call means for the user. Null: no answer came. */
export function errorMessage(code: ErrorCode | null): MessageDescriptor {
  return code === null ? noAnswer : (messages[code] ?? internal)
}

/** Returns why an action of the user failed. */
export function failureMessage(error: unknown): MessageDescriptor {
  return error instanceof OfflineError ? notAsked : errorMessage(errorCode(error))
}

const notAsked = msg`You’re offline. Nothing was changed. Try again when you’re back online.`

const noAnswer = msg`Can’t reach the server. Check your connection and try again.`

const internal = msg`Something went wrong on our side. Try again.`

/** Without the codes that only some pages meet: those have words of their own. */
const messages: Partial<Record<ErrorCode, MessageDescriptor>> = {
  invalid_input: msg`Check what you entered and try again.`,
  unauthenticated: msg`Your session has ended. Please sign in again.`,
  invalid_credentials: msg`Wrong email or password.`,
  forbidden: msg`You don’t have permission to do this.`,
  not_found: msg`This is no longer available.`,
  method_not_allowed: msg`A new version is available. Reload to continue.`,
  too_large: msg`This is too long to send.`,
  unsupported_media_type: msg`A new version is available. Reload to continue.`,
  chat_closed: msg`The chat is closed.`,
  already_assigned: msg`Another operator is handling this chat.`,
  client_msg_id_reused: msg`This message was already sent with different text.`,
  not_editable: msg`This message can no longer be changed.`,
  newer_messages: msg`New messages arrived. Read them first.`,
  last_admin: msg`This is the only admin who can sign in. Make someone else an admin first.`,
  rate_limited: msg`You’re going too fast. Wait a moment and try again.`,
  unavailable: msg`The service is temporarily unavailable. Try again in a moment.`,
  internal,
}
