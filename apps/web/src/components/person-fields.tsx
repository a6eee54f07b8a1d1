import { nameCharsMax } from '@deskbell/contract/limits'
import { useLingui } from '@lingui/react/macro'
import type { Person, PersonFaults } from './person.ts'
import { TextField } from './text-field.tsx'

type PersonFieldsProps = {
  readonly person: Person
  readonly onPerson: (person: Person) => void
  readonly faults: PersonFaults
  /** The browser may fill in what it knows of its user; not of somebody else. */
  readonly autoComplete: boolean
}

/** Email and name. */
export function PersonFields({ person, onPerson, faults, autoComplete }: PersonFieldsProps) {
  const { t } = useLingui()
  const emailWords = {
    missing: t`Enter an email address.`,
    invalid: t`Enter a valid email, like anna@example.com.`,
  }
  const nameWords = { missing: t`Enter a name.`, too_long: t`Use ${nameCharsMax} characters or fewer.` }
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
