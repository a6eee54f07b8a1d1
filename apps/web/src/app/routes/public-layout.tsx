import type { ReactNode } from 'react'
import { AppLink } from '../../components/app-link.tsx'
import { Brand } from '../../components/brand.tsx'
import { Preferences } from '../../components/preferences.tsx'
import { UpdateNotice } from '../../components/update-notice.tsx'
import { readAuthMode } from '../env.ts'

/** The frame of the pages that need no session. */
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
