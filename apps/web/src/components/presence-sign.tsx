/** Beside words that say the same: a full dot for here, a ring for away. */
export function PresenceSign({ here }: { here: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={`inline-block size-2 shrink-0 rounded-full ${here ? 'bg-ok forced-color-adjust-none' : 'border-[1.5px] border-ink-3'}`}
    />
  )
}
