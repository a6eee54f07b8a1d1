import { useLingui } from '@lingui/react/macro'
import { type FormEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { importPart, whenIdle } from '../../lib/loading/import-part.ts'
import { Button } from '../button.tsx'
import { TextField, usePersonWords } from '../form/fields.tsx'
import { refusedFields, useAccountErrorWords } from './account-error.ts'
import { PasswordField } from './password-field.tsx'
import { passwordCharsMax, passwordCharsMin, passwordFault } from './password-rules.ts'

/** `password` is compared, `newPassword` chosen. Their order is that of the form. */
export type AccountField = 'email' | 'name' | 'optionalName' | 'current' | 'password' | 'newPassword'

/** What was typed; fields that the form does not have are empty. */
export type AccountValues = {
  readonly email: string
  readonly name: string
  readonly current: string
  readonly password: string
}

type Faults = { readonly [name in keyof AccountValues]?: string | undefined }
type Checks = typeof import('../form/person.ts')

type AccountFormProps = {
  readonly fields: readonly AccountField[]
  /** Rejects with what the form says in words. */
  readonly onSubmit: (values: AccountValues, form: FormData) => Promise<unknown>
  readonly submit: ReactNode
  /** Replaces `submit` while the call is running. */
  readonly working?: ReactNode
  /** What stands in the field `name` at first. */
  readonly presentName?: string
  /** The form stays after it: it is emptied, and can be used again. */
  readonly stays?: boolean
  /** The person who fills it in is the one it is about. */
  readonly aboutSelf?: boolean
  /** Of the button. Where it is not `primary`, something else on the page comes first, and keeps the focus. */
  readonly look?: 'primary' | 'plain' | 'quiet'
  /** Returns what an error says at a field; undefined for what stands below all of them. */
  readonly faultsOf?: (error: unknown) => Faults | undefined
  /** More fields. */
  readonly children?: ReactNode
  /** Beside the button that submits. */
  readonly beside?: ReactNode
}

/**
 * A form about an account. It says what is missing before the server is asked, and what the server refused at its
 * field. The browser keeps what is typed, so a prerendered form takes text before this code has been loaded.
 */
export function AccountForm(props: AccountFormProps) {
  const {
    fields,
    onSubmit,
    submit,
    working = submit,
    stays = false,
    aboutSelf = true,
    presentName,
    look = 'primary',
    faultsOf,
    children,
    beside,
  } = props
  const errorWords = useAccountErrorWords()
  const validate = useValidation(fields)
  const formRef = useRef<HTMLFormElement>(null)
  const [faults, setFaults] = useState<Faults>({})
  const [wasAsked, setAsked] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  useLayoutEffect(() => {
    if (look === 'primary') focusFirst(formRef.current)
  }, [look])
  const refuse = (found: Faults) => {
    setFaults(found)
    const first = Object.entries(found).find(([, words]) => words !== undefined)?.[0]
    formRef.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus()
  }
  const send = async (form: HTMLFormElement) => {
    setBusy(true)
    setError(null)
    setAsked(true)
    const data = new FormData(form)
    const found = await validate(valuesOf(data))
    if (Object.values(found).some((words) => words !== undefined)) {
      refuse(found)
      setBusy(false)
      return
    }
    setFaults({})
    try {
      await onSubmit(valuesOf(data), data)
      if (!stays) return
      form.reset()
      setAsked(false)
    } catch (cause) {
      const atFields = faultsOf?.(cause) ?? validate.refused(cause)
      if (atFields === undefined) setError(cause)
      else refuse(atFields)
    }
    setBusy(false)
  }
  const onFormSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!isBusy) void send(event.currentTarget)
  }
  const onInput = (event: FormEvent<HTMLFormElement>) => {
    if (wasAsked) void validate(valuesOf(new FormData(event.currentTarget))).then(setFaults)
  }
  return (
    <form ref={formRef} noValidate onSubmit={onFormSubmit} onInput={onInput} className="grid gap-4">
      {fields.map((field) => (
        <Field
          key={field}
          field={field}
          fields={fields}
          faults={faults}
          aboutSelf={aboutSelf}
          presentName={presentName}
        />
      ))}
      {children}
      <p role="alert" className="text-small text-danger-text empty:hidden">
        {error !== null && errorWords(error)}
      </p>
      <div className={beside === undefined ? 'grid' : 'flex flex-wrap justify-end gap-2'}>
        {beside}
        <Button type="submit" look={look} large={beside === undefined && look !== 'quiet'} busy={isBusy}>
          {isBusy ? working : submit}
        </Button>
      </div>
    </form>
  )
}

type FieldProps = Required<Pick<AccountFormProps, 'fields' | 'aboutSelf'>> & {
  readonly field: AccountField
  readonly faults: Faults
  readonly presentName: string | undefined
}

function Field({ field, fields, faults, aboutSelf, presentName }: FieldProps) {
  const { t } = useLingui()
  const rule = t`At least ${passwordCharsMin} characters, and not easy to guess: several unrelated words are good.`
  switch (field) {
    case 'email':
      return (
        <TextField
          label={t`Email`}
          type="email"
          name="email"
          inputMode="email"
          autoComplete={aboutSelf ? 'username' : 'off'}
          required
          error={faults.email}
        />
      )
    case 'name':
      return (
        <TextField
          label={t`Name`}
          name="name"
          autoComplete={aboutSelf ? 'name' : 'off'}
          defaultValue={presentName}
          required
          error={faults.name}
        />
      )
    case 'optionalName':
      return <TextField label={t`Your name (optional)`} name="name" autoComplete="name" error={faults.name} />
    case 'current':
      return <PasswordField label={t`Current password`} name="current" error={faults.current} />
    case 'password':
      return <PasswordField label={t`Password`} name="password" error={faults.password} />
    case 'newPassword':
      return (
        <PasswordField
          label={fields.includes('current') ? t`New password` : t`Password`}
          name="password"
          isNew
          hint={rule}
          error={faults.password}
        />
      )
  }
}

function valuesOf(data: FormData): AccountValues {
  const text = (name: string) => {
    const value = data.get(name)
    return typeof value === 'string' ? value : ''
  }
  return {
    email: text('email').trim(),
    name: text('name').trim(),
    current: text('current'),
    password: text('password'),
  }
}

/** Returns what finds faults, and `refused`, which names those that the server has found. */
function useValidation(fields: readonly AccountField[]) {
  const { t } = useLingui()
  const person = usePersonWords()
  const missing = t`Enter the password.`
  const weak = t`This password is easy to guess. Use a longer one, or several unrelated words.`
  const ofNew = {
    short: t`Use ${passwordCharsMin} characters or more.`,
    long: t`Use ${passwordCharsMax} characters or fewer.`,
  }
  useEffect(() => whenIdle(() => void loadChecks()), [])
  const has = (field: AccountField) => fields.includes(field)
  const validate = async ({ email, name, current, password }: AccountValues): Promise<Faults> => {
    const checks = await loadChecks()
    const found = checks?.validatePerson({ email, name }) ?? {}
    const fault = passwordFault(password)
    return {
      email: has('email') && found.email ? person.email[found.email] : undefined,
      name: (has('name') || (has('optionalName') && name !== '')) && found.name ? person.name[found.name] : undefined,
      current: has('current') && current === '' ? missing : undefined,
      password: has('newPassword') && fault ? ofNew[fault] : has('password') && password === '' ? missing : undefined,
    }
  }
  const refused = (error: unknown): Faults | undefined => {
    const names = refusedFields(error)
    if (has('newPassword') && names.includes('password')) return { password: weak }
    if (has('name') && names.includes('name')) return { name: person.name.invalid }
    return has('email') && names.includes('email') ? { email: person.email.invalid } : undefined
  }
  return Object.assign(validate, { refused })
}

/** Null if the checks cannot be loaded: the server reports errors then. */
function loadChecks(): Promise<Checks | null> {
  return importPart(() => import('../form/person.ts')).catch(() => null)
}

function focusFirst(form: HTMLFormElement | null): void {
  const { activeElement } = document
  const field = form?.querySelector('input')
  // A dialog that opens after this gives the focus to the element with this attribute.
  field?.setAttribute('autofocus', '')
  if (activeElement === null || activeElement === document.body) field?.focus()
}
