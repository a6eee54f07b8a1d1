import { Trans } from '@lingui/react/macro'
import { useId, useState } from 'react'
import { Avatar } from '../../components/avatar.tsx'
import { Icon } from '../../components/icon.tsx'
import { lazyPart } from '../../components/lazy-part.tsx'
import { withCatalogs } from '../../lib/i18n.ts'
import { importPart } from '../../lib/loading/import-part.ts'
import { useSession } from '../../lib/session.ts'
import type { AccountPanelProps } from './lazy/account-panel.tsx'

const AccountPanel = lazyPart<AccountPanelProps>(async () => {
  const [panel] = await Promise.all([
    withCatalogs(['pages', 'parts'], () => import('./lazy/account-panel.tsx')),
    importPart(() => import('./lazy/sign-out.tsx')),
  ])
  return panel.AccountPanel
})

/**
 * Shows the user, the settings of the page, and signing out. The browser's popover closes it on Escape and on a press
 * outside.
 */
export function AccountMenu({ inRail, ...panel }: AccountPanelProps & { readonly inRail: boolean }) {
  const { user } = useSession()
  const id = useId()
  const [open, setOpen] = useState(false)
  return (
    <>
      <button
        type="button"
        popoverTarget={id}
        className={`control inline-flex max-w-56 items-center gap-2 rounded-control p-1 text-small font-medium hover:bg-hover ${inRail ? 'xl:w-full xl:p-2' : ''}`}
      >
        <Avatar id={user.id} name={user.name} url={user.avatarUrl} size="small" />
        <span className="sr-only">
          <Trans>Account:</Trans>
        </span>
        <bdi className={`min-w-0 flex-1 truncate text-start ${inRail ? 'max-xl:sr-only' : 'max-md:sr-only'}`}>
          {user.name}
        </bdi>
        <Icon name="chevron" />
      </button>
      <div
        id={id}
        popover="auto"
        onToggle={(event) => setOpen(event.newState === 'open')}
        className={`inset-auto end-4 top-12 w-72 max-w-[calc(100vw-2rem)] animate-fade rounded-card border border-line bg-raised p-4 text-ink shadow-menu ${inRail ? 'xl:start-2 xl:end-auto xl:top-auto xl:bottom-14' : ''}`}
      >
        {open && <AccountPanel {...panel} />}
      </div>
    </>
  )
}
