import { Plural, Trans } from '@lingui/react/macro'
import { Notice } from '../../../components/notice.tsx'

export type TextRoomProps = {
  readonly id: string
  /** How many more fit, or how many are too many. */
  readonly chars: number
  readonly over: boolean
  readonly urgent: boolean
}

/** Shows how much room a message has left, if that is little. */
export function TextRoom({ id, chars, over, urgent }: TextRoomProps) {
  return (
    <p
      id={id}
      role={over && urgent ? 'alert' : undefined}
      className={`mt-1 text-meta ${over ? 'text-danger-text' : 'text-ink-3'}`}
    >
      {over ? (
        <Plural value={chars} one="# character too long" other="# characters too long" />
      ) : (
        <Plural value={chars} one="About # character left" other="About # characters left" />
      )}
    </p>
  )
}

/** Warns that the draft ends with the tab. The composer is below it. */
export function DraftNotKeptNotice() {
  return (
    <Notice look="warn">
      <Trans>Storage on this device is full, so your draft can’t be saved. Send it before you close this tab.</Trans>
    </Notice>
  )
}
