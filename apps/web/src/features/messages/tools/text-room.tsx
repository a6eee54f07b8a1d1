import { Plural } from '@lingui/react/macro'

export type TextRoomProps = {
  readonly id: string
  /** How many more fit, or how many are too many. */
  readonly chars: number
  readonly over: boolean
  readonly urgent: boolean
}

/** How much room a message has left, when that is little. */
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
