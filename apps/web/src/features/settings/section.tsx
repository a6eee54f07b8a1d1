import { errorCode } from '@deskbell/sdk'
import { useLingui } from '@lingui/react'
import { Trans, useLingui as useMacro } from '@lingui/react/macro'
import { type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react'
import { useAccountErrorWords } from '../../components/accounts/account-error.ts'
import { useAnnounce } from '../../components/announcer.tsx'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { failureMessage } from '../../components/error-message.ts'
import { callOnce } from '../../lib/call-once.ts'
import { useProof } from './proof-context.ts'

type SectionProps = {
  readonly title: string
  readonly text?: ReactNode
  /** What can be added here. */
  readonly action?: ReactNode
  readonly children: ReactNode
}

/** A part of the settings under a heading. */
export function Section({ title, text, action, children }: SectionProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="grid min-w-0 flex-1 basis-60 gap-1">
          <h2 id={id} className="text-h2 font-semibold max-md:text-lead">
            {title}
          </h2>
          {text !== undefined && <p className="text-small text-ink-2">{text}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  )
}

/** Shown to operators who open a link to what only admins see. */
export function NeedsAdmin({ title }: { title: string }) {
  return (
    <Section title={title}>
      <p className="text-ink-2">
        <Trans>Only admins can open this page. Ask an admin if you need it.</Trans>
      </p>
    </Section>
  )
}

type Loaded = {
  readonly data: unknown
  readonly error: unknown
  readonly isFetching: boolean
  readonly refetch: () => unknown
}

/** What stands in the place of a list that is not here: nothing for a moment, then why. */
export function ListState({ query }: { query: Loaded }) {
  const { i18n } = useLingui()
  if (query.data !== undefined) return null
  if (query.error === null)
    return (
      <p role="status" className="py-4 text-small text-ink-2">
        <Trans>Loading…</Trans>
      </p>
    )
  return (
    <div role="alert" className="grid justify-items-start gap-2 py-4 text-small text-danger-text">
      {i18n._(failureMessage(query.error))}
      <Button busy={query.isFetching} onClick={() => void query.refetch()}>
        <Trans>Try again</Trans>
      </Button>
    </div>
  )
}

/** Shown instead of an empty list: what to do next. */
export function EmptyState({ children }: { children: ReactNode }) {
  return <p className="rounded-card border border-dashed border-line px-4 py-6 text-center text-ink-2">{children}</p>
}

export const listClass = 'grid grid-cols-[minmax(0,1fr)] divide-y divide-line rounded-card border border-line bg-raised'
export const rowClass = 'flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 max-md:px-3'

/** Returns how a call of the settings failed, in words. */
export function useErrorWords(): (error: unknown) => string {
  const { t } = useMacro()
  const errorWords = useAccountErrorWords()
  return (error) => {
    const code = errorCode(error)
    if (code === 'proof_required') return t`Confirm it’s you to do this.`
    return errorWords(error)
  }
}

type ConfirmDialogProps = {
  readonly title: string
  readonly text: ReactNode
  readonly confirm: ReactNode
  /** It takes something away. */
  readonly isDangerous?: boolean
  readonly call: (signal: AbortSignal) => Promise<unknown>
  readonly onDone: () => void
  readonly onDismiss: () => void
}

/** Asks before a call that takes something away or concerns somebody else. What the server refuses is said here. */
export function ConfirmDialog({
  title,
  text,
  confirm,
  isDangerous = false,
  call,
  onDone,
  onDismiss,
}: ConfirmDialogProps) {
  const errorWords = useErrorWords()
  const withProof = useProof()
  const [state, setState] = useState<{ readonly isBusy: boolean; readonly error: unknown }>({
    isBusy: false,
    error: null,
  })
  const start = async () => {
    if (state.isBusy) return
    setState({ isBusy: true, error: null })
    try {
      await withProof(() => callOnce(call))
      onDone()
    } catch (error) {
      setState({ isBusy: false, error })
    }
  }
  return (
    <Dialog title={title} onDismiss={onDismiss}>
      <p className="text-body">{text}</p>
      <p role="alert" className="mt-3 text-small text-danger-text empty:hidden">
        {state.error !== null && errorWords(state.error)}
      </p>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={onDismiss}>
          <Trans>Cancel</Trans>
        </Button>
        <Button look={isDangerous ? 'danger' : 'primary'} busy={state.isBusy} onClick={() => void start()}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  )
}

type SecretFieldProps = {
  readonly label: string
  readonly secret: string
  /** The dialog around it gives it the focus. */
  readonly isFirst?: boolean
}

/** A secret that is shown once, and can be copied. */
export function SecretField({ label, secret, isFirst = true }: SecretFieldProps) {
  const { t } = useMacro()
  const id = useId()
  const announce = useAnnounce()
  const fieldRef = useRef<HTMLInputElement>(null)
  const [isCopied, setCopied] = useState(false)
  // The dialog around it opens after this, and gives it the focus.
  useLayoutEffect(() => {
    if (isFirst) fieldRef.current?.setAttribute('autofocus', '')
  }, [isFirst])
  const copy = async () => {
    const field = fieldRef.current
    field?.select()
    try {
      await navigator.clipboard.writeText(secret)
    } catch {
      // Over plain HTTP there is no clipboard but this one.
      if (!document.execCommand('copy')) return announce(t`Couldn’t copy. Select the text and copy it.`, 'assertive')
    }
    setCopied(true)
    announce(t`Copied`)
  }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1.5">
      <label htmlFor={id} className="text-small font-medium">
        {label}
      </label>
      <div className="flex gap-2">
        <input
          ref={fieldRef}
          id={id}
          readOnly
          dir="ltr"
          value={secret}
          onFocus={(event) => event.currentTarget.select()}
          className="min-h-11 min-w-0 flex-1 rounded-control border border-line-strong bg-sunken px-3 py-2 font-mono text-small"
        />
        <Button look={isFirst ? 'primary' : 'plain'} onClick={() => void copy()}>
          {isCopied ? <Trans>Copied</Trans> : <Trans>Copy</Trans>}
        </Button>
      </div>
    </div>
  )
}

type Choice<Value extends string> = { readonly value: Value; readonly name: string; readonly text: string }

type ChoicesProps<Value extends string> = {
  readonly label: string
  readonly name: string
  readonly options: readonly Choice<Value>[]
  readonly preset: Value
}

/** One of a few, each with what it means. */
export function Choices<Value extends string>({ label, name, options, preset }: ChoicesProps<Value>) {
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-small font-medium">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className="flex items-start gap-2.5">
          <input
            type="radio"
            name={name}
            value={option.value}
            defaultChecked={option.value === preset}
            className="mt-0.5 size-4 shrink-0 accent-accent"
          />
          <span className="grid">
            <span className="text-body font-medium">{option.name}</span>
            <span className="text-small text-ink-2">{option.text}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

export function Tag({ children }: { children: ReactNode }) {
  return <span className="rounded-chip bg-sunken px-1.5 text-meta font-medium text-ink-2 forced-frame">{children}</span>
}
