import { messageTextBytesMax } from '@deskbell/contract/limits'
import { Trans } from '@lingui/react/macro'
import { useFormat } from '../../../components/use-format.ts'

export type TextRoomProps = {
  readonly id: string
  readonly bytes: number
  readonly over: boolean
  readonly urgent: boolean
}

/** How much of a message’s most is used, when that is nearly all. */
export function TextRoom({ id, bytes, over, urgent }: TextRoomProps) {
  const format = useFormat()
  const used = format.count(bytes)
  const most = format.count(messageTextBytesMax)
  return (
    <p
      id={id}
      role={over && urgent ? 'alert' : undefined}
      className={`mt-1 text-meta ${over ? 'text-danger-text' : 'text-ink-3'}`}
    >
      {over ? (
        <Trans>
          Too long for one message: {used} of {most} bytes. Shorten it or send it in parts.
        </Trans>
      ) : (
        <Trans>
          {used} of {most} bytes
        </Trans>
      )}
    </p>
  )
}
