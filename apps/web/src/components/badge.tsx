import { Plural } from '@lingui/react/macro'

const most = 99

type BadgeProps = {
  readonly count: number
  /** For a row whose name begins with the words and whose picture ends with the number. */
  readonly spokenOnly?: boolean
  readonly seenOnly?: boolean
}

/** How many are unread; nothing for none. */
export function Badge({ count, spokenOnly = false, seenOnly = false }: BadgeProps) {
  if (count === 0) return null
  const words = (
    <span className="sr-only">
      <Plural value={count} one="# unread message" other="# unread messages" />{' '}
    </span>
  )
  if (spokenOnly) return words
  return (
    <span className="relative inline-flex h-4.5 min-w-4.5 shrink-0 items-center justify-center rounded-full bg-accent px-1.25 text-micro font-semibold text-accent-on tabular-nums forced-frame">
      <span aria-hidden="true">{count > most ? `${most}+` : count}</span>
      {!seenOnly && words}
    </span>
  )
}
