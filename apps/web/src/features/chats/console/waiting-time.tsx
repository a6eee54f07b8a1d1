import { Trans, useLingui } from '@lingui/react/macro'
import { useFormat } from '../../../components/use-format.ts'
import { regionalTag, wantedLanguages } from '../../../lib/locale.ts'
import { useMinute } from '../../../lib/minute-clock.ts'
import { type Ago, timeAgo } from './time-ago.ts'

/** From here on somebody has waited too long for a chat. */
const lateMs = 15 * 60_000

/** In the place of the clock while a client waits: for how long. Amber says late; the words say that it is a wait. */
export function WaitingTime({ since }: { since: string }) {
  const { i18n } = useLingui()
  const format = useFormat()
  const now = useMinute()
  const sinceMs = Date.parse(since)
  const wait = timeAgo(sinceMs, now)
  const isLate = now - sinceMs >= lateMs
  return (
    <time
      dateTime={since}
      title={format.moment(since)}
      className={`shrink-0 text-meta font-medium tabular-nums ${isLate ? 'text-warn-text' : 'text-ink-2'}`}
    >
      <span className="sr-only">
        <Trans>Waiting</Trans>{' '}
      </span>
      {wait === null ? <Trans>now</Trans> : spanOf(wait, i18n.locale)}
    </time>
  )
}

/** 18 min, 2 hr, 3 days. */
function spanOf({ value, unit }: Ago, locale: string): string {
  const tag = regionalTag(locale, wantedLanguages())
  return new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'short' }).format(value)
}
