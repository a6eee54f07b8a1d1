import type { Timeline } from '@deskbell/sdk'
import { Trans } from '@lingui/react/macro'
import { useEffect, useState } from 'react'
import { PresenceSign } from '../../../components/presence-sign.tsx'
import { useFormat } from '../../../components/use-format.ts'
import { timeAgo } from './time-ago.ts'

/** Is the client here, and if not, since when. It changes without being read aloud: it would come at any moment. */
export function ClientPresence({ presence }: { presence: NonNullable<Timeline['presence']> }) {
  const { online, seenAt } = presence
  return (
    <span className="inline-flex shrink-0 items-center gap-1.5">
      <PresenceSign here={online} />
      {online ? <Trans>Online</Trans> : seenAt === null ? <Trans>Never visited</Trans> : <LastSeen at={seenAt} />}
    </span>
  )
}

const tickMs = 15_000

function LastSeen({ at }: { at: string }) {
  const format = useFormat()
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), tickMs)
    return () => clearInterval(timer)
  }, [at])
  const ago = timeAgo(Date.parse(at), now)
  const words = ago === null ? null : format.ago(ago.value, ago.unit)
  return (
    <time dateTime={at} title={format.moment(at)}>
      {words === null ? <Trans>Last seen just now</Trans> : <Trans>Last seen {words}</Trans>}
    </time>
  )
}
