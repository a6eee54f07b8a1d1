import { retryAfterMs } from '@deskbell/sdk'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '../../../../components/button.tsx'
import { Dialog } from '../../../../components/dialog.tsx'
import { callOnce } from '../../../../lib/call-once.ts'
import { calendarDay } from '../../../../lib/day-clock.ts'
import { useSession } from '../../../../lib/session.ts'
import { saveFile } from '../../lazy/save-file.ts'
import { Choices, useErrorWords } from '../../section.tsx'
import type { AuditFilter } from '../action-words.ts'
import { type AuditFormat, type AuditPage, auditFormats } from '../audit-file.ts'

const pageSize = 100

export type AuditExportDialogProps = {
  readonly filter: AuditFilter
  /** An export is in the log now. */
  readonly onExported: () => void
  readonly onDismiss: () => void
}

type Progress =
  | { readonly state: 'asking'; readonly error?: unknown }
  | { readonly state: 'reading'; readonly count: number }
  | { readonly state: 'saved'; readonly count: number; readonly name: string }

/** Saves what fits the filter as a file. */
export function AuditExportDialog({ filter, onExported, onDismiss }: AuditExportDialogProps) {
  const { t } = useLingui()
  const errorWords = useErrorWords()
  const start = useAuditExport(filter, onExported)
  const [progress, setProgress] = useState<Progress>({ state: 'asking' })
  if (progress.state === 'saved') return <SavedDialog {...progress} onDismiss={onDismiss} />
  const isReading = progress.state === 'reading'
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const format = new FormData(event.currentTarget).get('format') === 'jsonl' ? 'jsonl' : 'csv'
    if (!isReading) void start(format, setProgress)
  }
  return (
    <Dialog title={t`Export audit log`} onDismiss={onDismiss}>
      <form onSubmit={onSubmit} className="grid gap-4">
        <p className="text-body">
          {Object.keys(filter).length === 0 ? (
            <Trans>All entries are saved as a file. The export itself is noted in the log.</Trans>
          ) : (
            <Trans>
              The entries that match the filters are saved as a file. The export itself is noted in the log.
            </Trans>
          )}
        </p>
        <Choices
          label={t`Format`}
          name="format"
          preset="csv"
          options={[
            { value: 'csv', name: 'CSV', text: t`For spreadsheets.` },
            { value: 'jsonl', name: 'JSON Lines', text: t`For programs: one entry a line.` },
          ]}
        />
        {isReading && (
          <p className="text-small text-ink-2 tabular-nums">
            <Plural value={progress.count} one="# entry so far…" other="# entries so far…" />
          </p>
        )}
        <p role="alert" className="text-small text-danger-text empty:hidden">
          {!isReading && progress.error !== undefined && errorWords(progress.error)}
        </p>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onDismiss}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" look="primary" busy={isReading}>
            <Trans>Export</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

type SavedDialogProps = { readonly count: number; readonly name: string; readonly onDismiss: () => void }

function SavedDialog({ count, name, onDismiss }: SavedDialogProps) {
  const { t } = useLingui()
  return (
    <Dialog title={t`Export is ready`} onDismiss={onDismiss}>
      <p role="status" className="text-body">
        <Plural value={count} one="# entry was saved." other="# entries were saved." />
      </p>
      <p dir="ltr" className="mt-1 text-small wrap-anywhere text-ink-2">
        {name}
      </p>
      <div className="mt-5 flex justify-end">
        <Button onClick={onDismiss}>
          <Trans>Done</Trans>
        </Button>
      </div>
    </Dialog>
  )
}

type Entries = { readonly format: AuditFormat; readonly signal: AbortSignal; readonly onCount: (count: number) => void }

/** Returns what starts an export. It ends when the dialog does. */
function useAuditExport(filter: AuditFilter, onExported: () => void) {
  const { sdk } = useSession()
  const { audit } = sdk.api
  const ended = useRef<AbortController>(null)
  useEffect(() => {
    const own = new AbortController()
    ended.current = own
    return () => own.abort()
  }, [])
  /** Reads page by page, so that the server never has more than a page in memory. */
  const read = async ({ format, signal, onCount }: Entries): Promise<{ file: Blob; count: number }> => {
    const { head, write, mediaType } = auditFormats[format]
    const parts = [head]
    const begun = await callOnce((given) => audit.export.mutate({ ...filter, format }, { signal: given }))
    onExported()
    let count = 0
    let cursor: string | null = begun.cursor
    while (cursor !== null && !signal.aborted) {
      const input = { ...filter, cursor, limit: pageSize }
      const page: AuditPage = await unhurried(signal, () =>
        callOnce((given) => audit.list.query(input, { signal: given })),
      )
      parts.push(page.items.map(write).join(''))
      count += page.items.length
      onCount(count)
      cursor = page.nextCursor
    }
    return { file: new Blob(parts, { type: mediaType }), count }
  }
  return async (format: AuditFormat, onProgress: (progress: Progress) => void): Promise<void> => {
    const signal = ended.current?.signal ?? new AbortController().signal
    onProgress({ state: 'reading', count: 0 })
    try {
      const onCount = (count: number) => onProgress({ state: 'reading', count })
      const { file, count } = await read({ format, signal, onCount })
      if (signal.aborted) return
      const name = `deskbell-audit-${calendarDay(new Date())}.${format}`
      saveFile(name, file)
      onProgress({ state: 'saved', count, name })
    } catch (error) {
      onProgress({ state: 'asking', error })
    }
  }
}

/** Makes a call again when the server says that it was too soon, until the signal. */
async function unhurried<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    const waitMs = retryAfterMs(error)
    if (waitMs === 0 || signal.aborted) throw error
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    return unhurried(signal, call)
  }
}
