import { nameCharsMax } from '@deskbell/sdk'
import { useLingui } from '@lingui/react/macro'
import { type InputHTMLAttributes, useId } from 'react'
import { pasteConverted, singleLine } from '../../lib/typed-text.ts'
import type { Person, PersonErrors } from './person.ts'

type PersonFieldsProps = {
  readonly person: Person
  readonly onPerson: (person: Person) => void
  readonly faults: PersonErrors
  /** Lets the browser fill in the data of its user; not for a form about another user. */
  readonly autoComplete: boolean
}

/** The fields for email and name. */
export function PersonFields({ person, onPerson, faults, autoComplete }: PersonFieldsProps) {
  const { t } = useLingui()
  const emailWords = {
    missing: t`Enter an email address.`,
    invalid: t`Enter a valid email, like anna@example.com.`,
  }
  const nameWords = {
    missing: t`Enter a name.`,
    too_long: t`Use ${nameCharsMax} characters or fewer.`,
    invalid: t`Enter another name.`,
  }
  return (
    <>
      <TextField
        label={t`Email`}
        type="email"
        name="email"
        inputMode="email"
        autoComplete={autoComplete ? 'email' : 'off'}
        required
        value={person.email}
        error={faults.email && emailWords[faults.email]}
        onChange={(event) => onPerson({ ...person, email: event.target.value })}
      />
      <TextField
        label={t`Name`}
        name="name"
        autoComplete={autoComplete ? 'name' : 'off'}
        required
        value={person.name}
        error={faults.name && nameWords[faults.name]}
        onChange={(event) => onPerson({ ...person, name: event.target.value })}
      />
    </>
  )
}

type TextFieldProps = InputHTMLAttributes<HTMLInputElement> & {
  readonly label: string
  readonly error?: string | undefined
}

/** A labelled single-line field; its error is shown as text below it. */
export function TextField({ label, error, ...rest }: TextFieldProps) {
  const id = useId()
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-small font-medium">
        {label}
      </label>
      <input
        {...rest}
        id={id}
        dir="auto"
        onPaste={(event) => pasteConverted(event, singleLine)}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
        className="min-h-11 w-full rounded-control border border-line-strong bg-raised px-3 py-2 text-input aria-invalid:border-danger"
      />
      {error !== undefined && (
        <p id={`${id}-error`} className="text-small text-danger-text">
          {error}
        </p>
      )}
    </div>
  )
}

type SelectProps<T extends string> = {
  readonly label: string
  readonly labelShown: boolean
  readonly value: T
  readonly options: readonly { readonly value: T; readonly name: string }[]
  readonly onChange: (value: T) => void
  /** Without a frame, for a bar that already has many. */
  readonly quiet?: boolean
}

/** The browser's select element, styled in `styles/base.css`. */
export function Select<T extends string>({ label, labelShown, value, options, onChange, quiet }: SelectProps<T>) {
  const id = useId()
  const choose = (chosen: string) => {
    const option = options.find((each) => each.value === chosen)
    if (option !== undefined) onChange(option.value)
  }
  return (
    <div className="flex items-center justify-between gap-3">
      <label htmlFor={id} className={labelShown ? 'text-small text-ink-2' : 'sr-only'}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => choose(event.target.value)}
        className={`control rounded-control px-2 text-small ${quiet === true ? 'bg-transparent text-ink-2 hover:bg-hover hover:text-ink' : 'border border-line bg-raised text-ink shadow-card hover:bg-hover'}`}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
    </div>
  )
}
