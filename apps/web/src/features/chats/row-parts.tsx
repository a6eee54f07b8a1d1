import type { Chat } from '@deskbell/sdk'
import { Trans } from '@lingui/react/macro'
import { usePlainText } from '../../components/rich-text/use-rich-text.ts'
import { useFormat } from '../../components/use-format.ts'

/** The newest message in a row of a list: plain text, in an element that a new message replaces. */
export function LastWords({ message }: { message: Chat['lastMessage'] }) {
  const plainText = usePlainText()
  if (message === null) return <Trans>No messages yet</Trans>
  if (message.text === '') return <WithoutText type={message.type ?? null} />
  return <span key={message.text}>{plainText(message.text.slice(0, previewUnits))}</span>
}

/** A message that is retracted has neither a text nor files. */
function WithoutText({ type }: { type: 'image' | 'file' | null }) {
  if (type === null) return <Trans>Message deleted</Trans>
  return type === 'image' ? <Trans>Image</Trans> : <Trans>File</Trans>
}

/** A row never has room for more. */
const previewUnits = 400

/** The time of the last activity in a chat: the time of day for today, else the day. */
export function RowTime({ at }: { at: string }) {
  const format = useFormat()
  return (
    <time dateTime={at} title={format.moment(at)} className="shrink-0 text-meta text-ink-3 tabular-nums">
      {format.brief(at)}
    </time>
  )
}

/** The look of the open chat's row: a neutral background, and a bar in the accent colour at its start. */
export const rowChosen =
  'chosen before:absolute before:inset-y-2.5 before:-start-2 before:w-0.5 before:rounded-full before:bg-accent after:opacity-0'
