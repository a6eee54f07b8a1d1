import { Plural } from '@lingui/react/macro'

const most = 99

/** How many are unread; nothing for none. */
export function Badge({ count }: { count: number }) {
  if (count === 0) return null
  return (
    <span className="inline-flex h-5 min-w-5 shrink-0 items-center justify-center rounded-full bg-accent px-1.5 text-micro font-semibold text-accent-on">
      <span aria-hidden="true">{count > most ? `${most}+` : count}</span>
      <span className="sr-only">
        <Plural value={count} one="# unread message" other="# unread messages" />
      </span>
    </span>
  )
}
