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
  /** Beside the name of the product. */
  readonly bar?: ReactNode
  readonly settings?: ReactNode
  readonly children: ReactNode
}

/** The window around a signed-in page: the top bar, and the banners with rows of their own. */
export function AppFrame({ title, caughtUp, bar, settings, children }: AppFrameProps) {
  const { i18n } = useLingui()
  const { sdk, user } = useSession()
  const connection = useStore(sdk.connection)
  const { kept } = useStore(sdk.outbox)
  const leave = useLeave()
  const signOut = useSignOut()
  const { step } = signOut
  usePreloadedParts()
  // A server that was away may be of another version now.
  useEffect(() => {
    if (connection.kind === 'online') checkVersion()
  }, [connection.kind])
  return (
    <div className="flex dvh-full flex-col">
      <header className="bg-canvas">
        <div className="flex items-center gap-2 border-b border-line px-4 py-1.5">
          <AppLink to="/" className="rounded-control">
            <Brand />
          </AppLink>
          {bar}
          <div className="ms-auto">
            <AccountMenu
              onSignOut={() => signOut.start(leave.home)}
              onSwitchUser={() => signOut.start(() => leave.toOtherUser(user.role))}
              signingOut={step.kind === 'working'}
            >
              {settings}
            </AccountMenu>
          </div>
        </div>
        {readAuthMode() === 'open' && (
          <Notice look="info">
            <Trans>Demo mode: anyone can sign in.</Trans>
          </Notice>
        )}
        <div role="alert">
          {step.kind === 'failed' && (
            <Notice look="danger">
              <Trans>You’re still signed in.</Trans> {i18n._(failureWords(step.error))}
            </Notice>
          )}
        </div>
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
          onSignIn={() => leave.toSignIn(user.role)}
        />
      </header>
      <main className="flex min-h-0 flex-1 flex-col">
        <h1 className="sr-only">{title}</h1>
        {children}
      </main>
      {step.kind === 'asking' && <step.Dialog unsent={step.unsent} onSignOut={step.confirm} onStay={signOut.cancel} />}
    </div>
  )
}
