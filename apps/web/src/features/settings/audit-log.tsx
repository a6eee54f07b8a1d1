import type { AppRouter } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import type { inferRouterOutputs } from '@trpc/server'
import { Button } from '../../components/button.tsx'
import { useFormat } from '../../components/use-format.ts'
import { trpc } from '../../lib/trpc.ts'
import { EmptyState, ListState, listClass, Section } from './section.tsx'

type AuditEntry = inferRouterOutputs<AppRouter>['audit']['list']['items'][number]

const pageSize = 50

/** Who did what with accounts and keys, newest first. */
export function AuditLog() {
  const { t } = useLingui()
  const query = trpc.audit.list.useInfiniteQuery(
    { limit: pageSize },
    { getNextPageParam: ({ nextCursor }) => nextCursor, staleTime: 0 },
  )
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Section title={t`Audit log`} text={<Trans>Who did what with accounts and keys, newest first.</Trans>}>
      <ListState query={query} />
      {entries.length > 0 && (
        <ol className={listClass}>
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ol>
      )}
      {query.data !== undefined && entries.length === 0 && (
        <EmptyState>
          <Trans>Nothing has happened yet. Sign-ups, invitations and keys will show here.</Trans>
        </EmptyState>
      )}
      {query.hasNextPage && (
        <Button
          className="justify-self-center"
          busy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          <Trans>Show earlier</Trans>
        </Button>
      )}
    </Section>
  )
}

function Entry({ entry }: { entry: AuditEntry }) {
  const format = useFormat()
  const words = useActionWords()[entry.action]
  const { target, actor, address } = entry
  return (
    <li className="grid gap-x-4 gap-y-0.5 px-4 py-3 max-md:px-3 md:grid-cols-[10rem_minmax(0,1fr)]">
      <time dateTime={entry.at} className="text-small text-ink-2 tabular-nums">
        {format.date(entry.at)}, {format.time(entry.at)}
      </time>
      <div className="grid min-w-0 gap-0.5">
        <p className="wrap-anywhere">
          <bdi className="font-medium">{actor === null ? <Trans>Somebody without an account</Trans> : actor.name}</bdi>:{' '}
          {words ?? <code dir="ltr">{entry.action}</code>}
        </p>
        <p className="flex flex-wrap gap-x-3 text-small wrap-anywhere text-ink-2">
          {target !== null && <bdi className="text-ink">{target}</bdi>}
          {words !== undefined && <code dir="ltr">{entry.action}</code>}
          {address !== null && (
            <span>
              <Trans>from {address}</Trans>
            </span>
          )}
        </p>
      </div>
    </li>
  )
}

/** Returns what each action is in words. An action that is newer than this page has only its name. */
function useActionWords(): Readonly<Record<string, string | undefined>> {
  const { t } = useLingui()
  return {
    'auth.setUp': t`set up the server`,
    'auth.accept': t`accepted an invitation`,
    'auth.changePassword': t`changed the password`,
    'operators.invite': t`invited an operator`,
    'operators.disable': t`disabled an operator`,
    'operators.enable': t`enabled an operator`,
    'operators.setAccess': t`changed the access of an operator`,
    'keys.create': t`made an API key`,
    'keys.delete': t`deleted an API key`,
  }
}
