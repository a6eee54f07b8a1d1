import { useLingui } from '@lingui/react'
import { Trans } from '@lingui/react/macro'
import { type ReactNode, useEffect } from 'react'
import { AppLink } from '../../components/app-link.tsx'
import { Brand } from '../../components/brand.tsx'
import type { BannerProps } from '../../components/connection-banner.tsx'
import { failureWords } from '../../components/error-words.ts'
import { lazyPart, usePreloadedParts } from '../../components/lazy-part.tsx'
import { Notice } from '../../components/notice.tsx'
import { UpdateNotice } from '../../components/update-notice.tsx'
import { AccountMenu } from '../../features/auth/account-menu.tsx'
import { checkVersion } from '../../lib/app-update.ts'
import { useNothingBehind } from '../../lib/catching-up.ts'
import { importPart } from '../../lib/import-part.ts'
import { useSession } from '../../lib/session.ts'
import { useStore } from '../../lib/use-store.ts'
import { readAuthMode } from '../env.ts'
import { useLeave } from './use-leave.ts'
import { useSignOut } from './use-sign-out.ts'

// Shows nothing while the line is there.
const ConnectionBanner = lazyPart<BannerProps>(
  async () => (await importPart(() => import('../../components/connection-banner.tsx'))).ConnectionBanner,
)

type AppFrameProps = {
  /** What the page is, for those who move by headings. */
  readonly title: string
  readonly caughtUp: boolean
  /** What the bar at the top says of the page. */
  readonly bar?: ReactNode
  /** In a wide window the bar becomes a rail at the side that holds this. */
  readonly rail?: ReactNode
  /** On a phone the bar gives its place to the header of the open chat. */
  readonly chatOpen?: boolean
  readonly settings?: ReactNode
  readonly children: ReactNode
}

/** The window around a signed-in page: banners with rows of their own, the bar or the rail, and the page. */
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
            <Trans>You’re still signed in.</Trans> {i18n._(failureWords(step.error))}
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
  /** Why what was pressed was not done. */
  readonly children: ReactNode
}

/** Over the whole width, so that no pane stands lower than its neighbour. */
function Banners({ caughtUp, onSignIn, children }: BannersProps) {
  const { sdk } = useSession()
  const connection = useStore(sdk.connection)
  const { kept } = useStore(sdk.outbox)
  // A server that was away may be of another version now.
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
