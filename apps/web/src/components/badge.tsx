import { Plural } from '@lingui/react/macro'

const most = 99

type BadgeProps = {
  readonly count: number
  /** Renders only the text for screen readers: a row begins with it, and ends with a `seenOnly` badge. */
  readonly spokenOnly?: boolean
  readonly seenOnly?: boolean
}

/** The number of unread messages; renders nothing for zero. */
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

/** Decorative, beside a text that says the same: a full dot for online, a ring for offline. */
export function PresenceSign({ online }: { online: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={`inline-block size-2 shrink-0 rounded-full ${online ? 'bg-ok forced-color-adjust-none' : 'border-[1.5px] border-ink-3'}`}
    />
  )
}
