import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Brand } from '../../../components/brand.tsx'
import { buttonClass } from '../../../components/button.tsx'
import { Preferences } from '../../../components/form/preferences.tsx'
import { AppLink } from '../../../components/navigation.tsx'
import { UpdateNotice } from '../../../components/notice.tsx'
import { readAuthMode } from '../../env.ts'

/** The frame of pages that need no session. */
export function PublicLayout({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header>
        <UpdateNotice />
        <div className="mx-auto flex w-full max-w-[64rem] flex-wrap items-center justify-between gap-x-2 gap-y-2 px-6 py-4 max-md:px-4 max-md:py-3">
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

/** Shown for an unknown address. */
export function NotFoundPage() {
  return (
    <PublicLayout>
      <div className="my-auto grid max-w-[32rem] justify-items-start gap-3 py-10">
        <h1 className="text-h1 font-semibold">
          <Trans>Page not found</Trans>
        </h1>
        <p className="text-read text-ink-2">
          <Trans>The address may be mistyped, or the page may have moved.</Trans>
        </p>
        <AppLink to="/" className={`${buttonClass('primary', true)} mt-3`}>
          <Trans>Go to home page</Trans>
        </AppLink>
      </div>
    </PublicLayout>
  )
}
