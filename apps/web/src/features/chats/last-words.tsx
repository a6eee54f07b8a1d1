import type { Chat } from '@deskbell/contract/chats'
import { Trans } from '@lingui/react/macro'
import { usePlainText } from '../../components/rich-text/use-rich-text.ts'

/** What a row of a list says of the newest message: its plain words, in an element that a new message replaces. */
export function LastWords({ message }: { message: Chat['lastMessage'] }) {
  const plainText = usePlainText()
  if (message === null) return <Trans>No messages yet</Trans>
  // Of a message that was taken back no text is left.
  if (message.text === '') return <Trans>Message deleted</Trans>
  return <span key={message.text}>{plainText(message.text.slice(0, previewUnits))}</span>
}

/** More never fits into a row. */
const previewUnits = 400
