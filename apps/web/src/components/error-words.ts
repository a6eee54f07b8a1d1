import type { ErrorCode } from '@deskbell/contract/errors'
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'

/** What a refused call means for the person who made it. Null: no answer came. */
export function errorWords(code: ErrorCode | null): MessageDescriptor {
  return code === null ? noAnswer : words[code]
}

const noAnswer = msg`The server does not answer. Check your connection and try again.`

const words: Record<ErrorCode, MessageDescriptor> = {
  invalid_input: msg`Something in this does not fit. Check it and try again.`,
  unauthenticated: msg`Your session has ended. Please sign in again.`,
  forbidden: msg`You may not do this.`,
  not_found: msg`This does not exist any more.`,
  method_not_allowed: msg`This page does not fit the server. Reload it.`,
  too_large: msg`This is too long to be sent.`,
  unsupported_media_type: msg`This page does not fit the server. Reload it.`,
  chat_closed: msg`The chat is closed.`,
  already_assigned: msg`Another operator has this chat.`,
  client_msg_id_reused: msg`This message was sent before with another text.`,
  not_editable: msg`This message cannot be changed any more.`,
  newer_messages: msg`There are newer messages. Look at them first.`,
  rate_limited: msg`Too much at once. Wait a moment and try again.`,
  unavailable: msg`The service cannot answer now. Try again in a moment.`,
  internal: msg`Something went wrong on our side. Try again.`,
}
