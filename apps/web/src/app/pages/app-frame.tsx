import { useConnection, useOutbox } from '@deskbell/sdk/react'
import { useLingui } from '@lingui/react'
import { Trans } from '@lingui/react/macro'
import { type ReactNode, useEffect } from 'react'
import { Brand } from '../../components/brand.tsx'
import { failureMessage } from '../../components/error-message.ts'
import type { BannerProps } from '../../components/lazy/connection-banner.tsx'
import { lazyPart, usePreloadedParts } from '../../components/lazy-part.tsx'
import { AppLink } from '../../components/navigation.tsx'
import { Notice, UpdateNotice } from '../../components/notice.tsx'
import { AccountMenu } from '../../features/auth/account-menu.tsx'
import { useNothingBehind } from '../../lib/catching-up.ts'
import { withCatalogs } from '../../lib/i18n.ts'
import { checkVersion } from '../../lib/loading/app-update.ts'
import { useSession } from '../../lib/session.ts'
import { readAuthMode } from '../env.ts'
import { useLeave, useSignOut } from './chats-page.tsx'

// Empty until the connection is lost.
const ConnectionBanner = lazyPart<BannerProps>(
  async () =>
    (await withCatalogs(['parts'], () => import('../../components/lazy/connection-banner.tsx'))).ConnectionBanner,
)

type AppFrameProps = {
  /** The heading of the page, for users who navigate by headings. */
  readonly title: string
  readonly caughtUp: boolean
  /** The page's content of the bar at the top. */
  readonly bar?: ReactNode
  /** In a wide window the bar becomes a rail at the side that contains this. */
  readonly rail?: ReactNode
  /** On a phone the header of the open chat replaces the bar. */
  readonly chatOpen?: boolean
  readonly settings?: ReactNode
  readonly children: ReactNode
}

/** The frame of a signed-in page: banners with rows of their own, the bar or the rail, and the page. */
export function AppFrame({ title, caughtUp, bar, rail, chatOpen = false, settings, children }: AppFrameProps) {
  const { i18n } = useLingui()
  const { user } = useSession()
  const leave = useLeave()
  const signOut = useSignOut()
  const { step } = signOut
  usePreloadedParts()
  return (
    <div className="flex dvh-full flex-col overflow-clip print:block print:h-auto print:overflow-visible">
      <Banners caughtUp={caughtUp} onSignIn={() => leave.toSignIn(user.role)}>
        {step.kind === 'failed' && (
          <Notice look="danger">
            <Trans>You’re still signed in.</Trans> {i18n._(failureMessage(step.error))}
          </Notice>
        )}
      </Banners>
      <div className={`flex min-h-0 flex-1 flex-col print:block ${rail === undefined ? '' : 'xl:flex-row'}`}>
        <header
          className={`flex items-center gap-3 border-b border-line bg-canvas px-4 py-2 print:hidden short:py-1 ${chatOpen ? 'max-md:hidden' : ''} ${rail === undefined ? '' : 'xl:w-52 xl:flex-col xl:items-stretch xl:gap-0.5 xl:border-e xl:border-b-0 xl:px-2 xl:py-3'}`}
        >
          <AppLink to="/" className={`rounded-control ${rail === undefined ? '' : 'xl:mb-2.5 xl:px-2 xl:py-0.5'}`}>
            <Brand demo={readAuthMode() === 'open'} small iconOnPhone={bar !== undefined} />
          </AppLink>
          {bar}
          {rail}
          <div className={`ms-auto shrink-0 ${rail === undefined ? '' : 'xl:ms-0 xl:mt-auto'}`}>
            <AccountMenu
              inRail={rail !== undefined}
              onSignOut={() => signOut.start(leave.home)}
              onSwitchUser={() => signOut.start(() => leave.toOtherUser(user.role))}
              signingOut={step.kind === 'working'}
              isSecure={readAuthMode() === 'secure'}
            >
              {settings}
            </AccountMenu>
          </div>
        </header>
        <main className="flex min-h-0 min-w-0 flex-1 flex-col print:block">
          <h1 className="sr-only">{title}</h1>
          {children}
        </main>
      </div>
      {step.kind === 'asking' && <step.Dialog unsent={step.unsent} onSignOut={step.confirm} onStay={signOut.cancel} />}
    </div>
  )
}

type BannersProps = {
  readonly caughtUp: boolean
  readonly onSignIn: () => void
  /** Why an action of the user failed. */
  readonly children: ReactNode
}

/** Spans the whole width, so that all panes start at the same height. */
function Banners({ caughtUp, onSignIn, children }: BannersProps) {
  const { sdk } = useSession()
  const connection = useConnection()
  const { kept } = useOutbox()
  // After an outage the server may be of another version.
  useEffect(() => {
    if (connection.kind === 'online') checkVersion()
  }, [connection.kind])
  return (
    <div className="shrink-0 print:hidden">
      <div role="alert">{children}</div>
      <div role="status">
        {!kept && (
          <Notice look="info">
            <Trans>This browser can’t save messages: unsent ones are lost when you close this tab.</Trans>
          </Notice>
        )}
        <UpdateNotice />
        <ConnectionBanner
          connection={connection}
          caughtUp={useNothingBehind() && caughtUp}
          onRetry={() => sdk.retryNow()}
          onSignIn={onSignIn}
        />
      </div>
    </div>
  )
}
