import type { InboxFollower } from '@deskbell/sdk'
import { useInbox, useStore } from '@deskbell/sdk/react'
import { Trans, useLingui } from '@lingui/react/macro'
import { Icon } from '../../../components/icon.tsx'
import { AppLink } from '../../../components/navigation.tsx'
import { ApiKeys } from '../../../features/settings/api-keys.tsx'
import { AuditLog } from '../../../features/settings/audit/audit-log.tsx'
import { IdentityKeys } from '../../../features/settings/identity-keys.tsx'
import { Operators } from '../../../features/settings/operators.tsx'
import { OwnAccount } from '../../../features/settings/own-account.tsx'
import { ProofProvider } from '../../../features/settings/proof.tsx'
import { NeedsAdmin } from '../../../features/settings/section.tsx'
import { useSession } from '../../../lib/session.ts'
import { readOtherOrigin } from '../../env.ts'
import { useTitle } from '../../routing/page-title.ts'
import { chatsPath, type SettingsSection, useChatsRoute } from '../../routing/route.ts'
import { AppFrame } from '../app-frame.tsx'
import { SessionQueries } from '../operator/session-queries.tsx'

/** The settings of an operator: the own account, and for admins what they manage. */
export function SettingsPage() {
  // Whoever is here is online, and is told by the title what waits.
  const inbox = useInbox()
  return <SessionQueries>{inbox !== null && <Settings inbox={inbox} />}</SessionQueries>
}

function Settings({ inbox }: { inbox: InboxFollower }) {
  const { t } = useLingui()
  const { user } = useSession()
  const route = useChatsRoute()
  const section = route.page === 'settings' ? route.section : 'account'
  const names = useSectionNames()
  const { counts, status } = useStore(inbox)
  useTitle(names[section], counts?.unreadOwn ?? 0)
  const isAdmin = user.access === 'admin'
  const shown: readonly SettingsSection[] = isAdmin
    ? ['account', 'operators', 'keys', 'identity', 'audit']
    : ['account', 'operators']
  return (
    <AppFrame
      title={t`Settings`}
      caughtUp={status === 'live'}
      rail={<Sections shown={shown} current={section} userId={user.id} className="hidden flex-col gap-0.5 xl:flex" />}
    >
      <div className="min-h-0 flex-1 overflow-y-auto bg-surface">
        <Sections
          shown={shown}
          current={section}
          userId={user.id}
          className="flex flex-wrap gap-1 border-b border-line bg-canvas px-3 py-2 max-sm:px-2 xl:hidden"
        />
        <div className="mx-auto grid w-full max-w-[48rem] grid-cols-[minmax(0,1fr)] gap-8 px-6 py-8 text-body max-md:px-4 max-md:py-6">
          <ProofProvider>
            {section === 'account' && <OwnAccount />}
            {section === 'operators' && <Operators />}
            {section === 'keys' && (isAdmin ? <ApiKeys /> : <NeedsAdmin title={names.keys} />)}
            {section === 'identity' &&
              (isAdmin ? <IdentityKeys audience={clientsHost()} /> : <NeedsAdmin title={names.identity} />)}
            {section === 'audit' && (isAdmin ? <AuditLog /> : <NeedsAdmin title={names.audit} />)}
          </ProofProvider>
        </div>
      </div>
    </AppFrame>
  )
}

/** The host that clients come to: what identities are for. */
function clientsHost(): string {
  return new URL(readOtherOrigin() || location.origin).host
}

function useSectionNames(): Record<SettingsSection, string> {
  const { t } = useLingui()
  return {
    account: t`My account`,
    operators: t`Operators`,
    keys: t`API keys`,
    identity: t`Identity keys`,
    audit: t`Audit log`,
  }
}

type SectionsProps = {
  readonly shown: readonly SettingsSection[]
  readonly current: SettingsSection
  readonly userId: number
  readonly className: string
}

function Sections({ shown, current, userId, className }: SectionsProps) {
  const { t } = useLingui()
  const names = useSectionNames()
  const linkClass = 'control flex items-center gap-2 rounded-control px-2 text-small font-medium'
  return (
    <nav aria-label={t`Settings`} className={className}>
      <AppLink to={chatsPath(userId)} className={`${linkClass} text-ink-2 hover:bg-hover hover:text-ink`}>
        <Icon name="back" flip />
        <Trans>Back to inbox</Trans>
      </AppLink>
      {shown.map((each) => (
        <AppLink
          key={each}
          to={`/settings/${each}`}
          aria-current={each === current ? 'page' : undefined}
          className={`${linkClass} ${each === current ? 'chosen text-ink' : 'text-ink-2 hover:bg-hover hover:text-ink'}`}
        >
          {names[each]}
        </AppLink>
      ))}
    </nav>
  )
}
