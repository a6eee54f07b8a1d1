import { useLingui } from '@lingui/react'
import { Trans, useLingui as useMacro } from '@lingui/react/macro'
import { type ReactNode, useId } from 'react'
import { Button } from '../../../components/button.tsx'
import { trpc } from '../../../lib/trpc.ts'
import { type AuditAction, actionWords } from './action-words.ts'
import { type ChosenFilter, isFiltering, noFilter } from './audit-filter.ts'

type AuditFiltersProps = { readonly chosen: ChosenFilter; readonly onChoose: (chosen: ChosenFilter) => void }

/** Limits the log to an operator, an action and some days. */
export function AuditFilters({ chosen, onChoose }: AuditFiltersProps) {
  const { i18n } = useLingui()
  const { t } = useMacro()
  const operators = trpc.operators.list.useQuery().data?.items ?? []
  const actions = Object.entries(actionWords) as [AuditAction, (typeof actionWords)[AuditAction]][]
  return (
    <search className="grid gap-3">
      <div className="grid grid-cols-[repeat(auto-fit,minmax(9.5rem,1fr))] gap-3">
        <Field label={t`Who`}>
          {(id) => (
            <select
              id={id}
              value={chosen.actorId ?? ''}
              onChange={({ target: { value } }) =>
                onChoose({ ...chosen, actorId: value === '' ? null : Number(value) })
              }
              className={fieldClass}
            >
              <option value="">{t`Everyone`}</option>
              {operators.map(({ id: operatorId, name }) => (
                <option key={operatorId} value={operatorId}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t`What`}>
          {(id) => (
            <select
              id={id}
              value={chosen.action ?? ''}
              onChange={({ target: { value } }) =>
                onChoose({ ...chosen, action: actions.find(([action]) => action === value)?.[0] ?? null })
              }
              className={fieldClass}
            >
              <option value="">{t`Everything`}</option>
              {actions.map(([action, words]) => (
                <option key={action} value={action}>
                  {capitalized(i18n._(words), i18n.locale)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <DayField label={t`From`} day={chosen.from} onDay={(from) => onChoose({ ...chosen, from })} />
        <DayField label={t`To`} day={chosen.to} onDay={(to) => onChoose({ ...chosen, to })} />
      </div>
      {isFiltering(chosen) && (
        <Button className="justify-self-start" onClick={() => onChoose(noFilter)}>
          <Trans>Clear filters</Trans>
        </Button>
      )}
    </search>
  )
}

const fieldClass =
  'control w-full min-w-0 rounded-control border border-line-strong bg-raised px-2 text-small text-ink hover:bg-hover'

function DayField({ label, day, onDay }: { label: string; day: string; onDay: (day: string) => void }) {
  return (
    <Field label={label}>
      {(id) => (
        <input
          id={id}
          type="date"
          value={day}
          max="9998-12-31"
          onChange={(event) => onDay(event.target.value)}
          className={fieldClass}
        />
      )}
    </Field>
  )
}

function Field({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId()
  return (
    <div className="grid min-w-0 gap-1">
      <label htmlFor={id} className="text-small text-ink-2">
        {label}
      </label>
      {children(id)}
    </div>
  )
}

function capitalized(text: string, locale: string): string {
  return text.slice(0, 1).toLocaleUpperCase(locale) + text.slice(1)
}
