import { nameCharsMax } from '@deskbell/sdk'
import { useLingui } from '@lingui/react/macro'
import { type InputHTMLAttributes, type ReactNode, useId } from 'react'
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
  const words = usePersonWords()
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
        error={faults.email && words.email[faults.email]}
        onChange={(event) => onPerson({ ...person, email: event.target.value })}
      />
      <TextField
        label={t`Name`}
        name="name"
        autoComplete={autoComplete ? 'name' : 'off'}
        required
        value={person.name}
        error={faults.name && words.name[faults.name]}
        onChange={(event) => onPerson({ ...person, name: event.target.value })}
      />
    </>
  )
}

/** Returns what is wrong with an email or a name, in words. */
export function usePersonWords() {
  const { t } = useLingui()
  return {
    email: {
      missing: t`Enter an email address.`,
      invalid: t`Enter a valid email, like anna@example.com.`,
    },
    name: {
      missing: t`Enter a name.`,
      too_long: t`Use ${nameCharsMax} characters or fewer.`,
      invalid: t`Enter another name.`,
    },
  }
}

type TextFieldProps = InputHTMLAttributes<HTMLInputElement> & {
  readonly label: string
  readonly error?: string | undefined
  /** A rule that is said before anything is typed. */
  readonly hint?: string
  /** A button inside of the field, at its end. */
  readonly end?: ReactNode
}

/** A labelled single-line field; its hint and its error are shown as text below it. */
export function TextField({ label, error, hint, end, className = '', ...rest }: TextFieldProps) {
  const id = useId()
  const notes = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean)
  return (
    <div className={`grid gap-1.5 ${className}`}>
      <label htmlFor={id} className="text-small font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          dir="auto"
          onPaste={(event) => pasteConverted(event, singleLine)}
          {...rest}
          id={id}
          aria-invalid={error !== undefined}
          aria-describedby={notes.length === 0 ? undefined : notes.join(' ')}
          className={`min-h-11 w-full rounded-control border border-line-strong bg-raised py-2 ps-3 text-input aria-invalid:border-danger ${end === undefined ? 'pe-3' : 'pe-20'}`}
        />
        {end}
      </div>
      {error !== undefined && (
        <p id={`${id}-error`} className="text-small text-danger-text">
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-small text-ink-2">
          {hint}
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
