import type { Chat } from '@deskbell/contract/chats'
import { Trans } from '@lingui/react/macro'

/** What a row of a list says of the newest message. */
export function LastWords({ message }: { message: Chat['lastMessage'] }) {
  if (message === null) return <Trans>No messages yet</Trans>
  // Of a message that was taken back no text is left.
  return message.text === '' ? <Trans>Message deleted</Trans> : message.text
}
