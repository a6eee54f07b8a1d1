import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { AppLink } from '../../components/app-link.tsx'
import { Brand } from '../../components/brand.tsx'
import { Notice } from '../../components/notice.tsx'
import { Preferences } from '../../components/preferences.tsx'
import { UpdateNotice } from '../../components/update-notice.tsx'
import { readAuthMode } from '../env.ts'

/** The frame of the pages that need no session. `words`: the demo mode is told in full, not only by its sign. */
export function PublicLayout({ children, words = false }: { children: ReactNode; words?: boolean }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header>
        {words && readAuthMode() === 'open' && (
          <div data-open-mode>
            <Notice look="info">
              <Trans>Demo mode: anyone who can open this page can sign in as any user. Don’t use in production.</Trans>
            </Notice>
          </div>
        )}
        <UpdateNotice />
        <div className="mx-auto flex w-full max-w-[64rem] flex-wrap items-center justify-between gap-x-4 gap-y-2 px-6 py-4 max-md:px-4">
          <AppLink to="/" className="rounded-control">
            <Brand demo={readAuthMode() === 'open'} />
          </AppLink>
          <Preferences />
        </div>
      </header>
      <main className="mx-auto flex w-full max-w-[64rem] flex-1 flex-col px-6 pb-12 max-md:px-4">{children}</main>
    </div>
  )
}
