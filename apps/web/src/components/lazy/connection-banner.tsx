import type { ConnectionState } from '@deskbell/sdk'
import { Plural, Trans } from '@lingui/react/macro'
import { useEffect, useState } from 'react'
import { Notice, noticeActionClass } from '../notice.tsx'
import { type ConnectionView, connectionView, nextOutage, noOutage } from './connection-view.ts'

export type BannerProps = {
  readonly connection: ConnectionState
  readonly caughtUp: boolean
  readonly onRetry: () => void
  readonly onSignIn: () => void
}

const tickMs = 250

/** Says that the connection is lost, what happens next, and that it is back. It has a row of its own. */
export function ConnectionBanner({ connection, caughtUp, onRetry, onSignIn }: BannerProps) {
  const view = useConnectionView(connection, caughtUp)
  return (
    <div role="status" className="animate-fade">
      <BannerText view={view} onRetry={onRetry} onSignIn={onSignIn} />
    </div>
  )
}

function BannerText({ view, onRetry, onSignIn }: { view: ConnectionView } & Pick<BannerProps, 'onRetry' | 'onSignIn'>) {
  if (view.kind === 'none') return null
  if (view.kind === 'back') {
    return (
      <Notice look="ok">
        <Trans>Back online.</Trans>
      </Notice>
    )
  }
  if (view.kind === 'catching-up') {
    return (
      <Notice look="warn">
        <Trans>Reconnected. Catching up…</Trans>
      </Notice>
    )
  }
  if (view.kind === 'gone') return <Gone signedOut={view.signedOut} onSignIn={onSignIn} />
  return (
    <Notice
      look="warn"
      action={
        <button type="button" className={noticeActionClass} onClick={onRetry}>
          <Trans>Retry now</Trans>
        </button>
      }
    >
      <Trans>You’re offline. Messages are saved and sent when you’re back.</Trans>{' '}
      {/* Not read aloud, because it changes with every attempt. Hidden on a phone, where it would take a line. */}
      <span aria-hidden="true" className="max-md:hidden">
        {view.kind === 'waiting' ? <Countdown seconds={view.seconds} /> : <Trans>Connecting…</Trans>}
      </span>
    </Notice>
  )
}

function Countdown({ seconds }: { seconds: number }) {
  return <Plural value={seconds} one="Trying again in # second." other="Trying again in # seconds." />
}

function Gone({ signedOut, onSignIn }: { signedOut: boolean; onSignIn: () => void }) {
  if (!signedOut) {
    return (
      <Notice look="danger" action={<ReloadButton />}>
        <Trans>Disconnected. Reload the page to continue.</Trans>
      </Notice>
    )
  }
  return (
    <Notice
      look="danger"
      action={
        <button type="button" className={noticeActionClass} onClick={onSignIn}>
          <Trans>Sign in again</Trans>
        </button>
      }
    >
      <Trans>You’re signed out. Your draft is saved on this device.</Trans>
    </Notice>
  )
}

function ReloadButton() {
  return (
    <button type="button" className={noticeActionClass} onClick={() => location.reload()}>
      <Trans>Reload</Trans>
    </button>
  )
}

function useConnectionView(connection: ConnectionState, caughtUp: boolean): ConnectionView {
  const [outage, setOutage] = useState(noOutage)
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const update = () => {
      const at = Date.now()
      setNow(at)
      setOutage((before) => nextOutage(before, connection, { caughtUp, at }))
    }
    update()
    if (connection.kind === 'online' && caughtUp && outage.since === null && outage.backAt === null) return
    const timer = setInterval(update, tickMs)
    return () => clearInterval(timer)
  }, [connection, caughtUp, outage])
  return connectionView(outage, connection, now)
}
