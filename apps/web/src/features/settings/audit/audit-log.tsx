import { useLingui } from '@lingui/react'
import { Trans, useLingui as useMacro } from '@lingui/react/macro'
import { keepPreviousData } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../../../components/button.tsx'
import { lazyPart } from '../../../components/lazy-part.tsx'
import { useFormat } from '../../../components/use-format.ts'
import { trpc } from '../../../lib/trpc.ts'
import { EmptyState, ListState, listClass, Section } from '../section.tsx'
import { wordsOf } from './action-words.ts'
import type { AuditEntry } from './audit-file.ts'
import { isFiltering, noFilter, toAuditFilter } from './audit-filter.ts'
import { AuditFilters } from './audit-filters.tsx'
import type { AuditExportDialogProps } from './lazy/audit-export-dialog.tsx'

const AuditExportDialog = lazyPart<AuditExportDialogProps>(async () => {
  const { AuditExportDialog } = await import('./lazy/audit-export-dialog.tsx')
  return AuditExportDialog
})

const pageSize = 50

/** Who did what with accounts and keys, newest first. */
export function AuditLog() {
  const { t } = useMacro()
  const [chosen, setChosen] = useState(noFilter)
  const [isExporting, setExporting] = useState(false)
  const filter = toAuditFilter(chosen)
  const query = trpc.audit.list.useInfiniteQuery(
    { ...filter, limit: pageSize },
    { getNextPageParam: ({ nextCursor }) => nextCursor, staleTime: 0, placeholderData: keepPreviousData },
  )
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Section
      title={t`Audit log`}
      text={<Trans>Who did what with accounts and keys, newest first.</Trans>}
      action={
        <Button onClick={() => setExporting(true)}>
          <Trans>Export</Trans>
        </Button>
      }
    >
      <AuditFilters chosen={chosen} onChoose={setChosen} />
      <ListState query={query} />
      {entries.length > 0 && (
        <ol aria-busy={query.isPlaceholderData} className={`${listClass} aria-busy:opacity-60`}>
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ol>
      )}
      {query.data !== undefined && entries.length === 0 && (
        <EmptyState>
          {isFiltering(chosen) ? (
            <Trans>Nothing matches these filters.</Trans>
          ) : (
            <Trans>Nothing has happened yet. Sign-ups, invitations and keys will show here.</Trans>
          )}
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
      {isExporting && (
        <AuditExportDialog
          filter={filter}
          onExported={() => void query.refetch()}
          onDismiss={() => setExporting(false)}
        />
      )}
    </Section>
  )
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { i18n } = useLingui()
  const format = useFormat()
  const { target, action, address } = entry
  const words = wordsOf(action)
  // The words say it, in the language of the reader.
  const isTargetSaid = target === null || action === 'auth.secondFactor'
  return (
    <li className="grid gap-x-4 gap-y-0.5 px-4 py-3 max-md:px-3 md:grid-cols-[10rem_minmax(0,1fr)]">
      <time dateTime={entry.at} className="text-small text-ink-2 tabular-nums">
        {format.date(entry.at)}, {format.time(entry.at)}
      </time>
      <div className="grid min-w-0 gap-0.5">
        <p className="wrap-anywhere">
          <bdi className="font-medium">
            <ActorName entry={entry} />
          </bdi>
          : {words === undefined ? <code dir="ltr">{action}</code> : i18n._(words)}
        </p>
        <p className="flex flex-wrap gap-x-3 text-small wrap-anywhere text-ink-2">
          {!isTargetSaid && <bdi className="text-ink">{target}</bdi>}
          {words !== undefined && <code dir="ltr">{action}</code>}
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

function ActorName({ entry: { actor, address } }: { entry: AuditEntry }) {
  if (actor !== null) return actor.name
  // A command has no address: who gives it can read the database.
  return address === null ? <Trans>On the server itself</Trans> : <Trans>Somebody without an account</Trans>
}
