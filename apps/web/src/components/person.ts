import { nameCharsMax } from '@deskbell/contract/limits'
import { normalEmail } from '@deskbell/contract/normal-form'
import { hasVisible } from '@deskbell/contract/visible'

/** Who somebody is: what signing in and starting a chat ask for. */
export type Person = { readonly email: string; readonly name: string }

export type PersonFaults = {
  readonly email?: 'missing' | 'invalid' | undefined
  readonly name?: 'missing' | 'too_long' | undefined
}

/** What the server would refuse, found before asking it. */
export function personFaults({ email, name }: Person): PersonFaults {
  return { email: emailFault(email.trim()), name: nameFault(name.trim()) }
}

/** The field to go to first. */
export function firstFault(faults: PersonFaults): keyof Person | undefined {
  if (faults.email !== undefined) return 'email'
  return faults.name === undefined ? undefined : 'name'
}

function emailFault(email: string): PersonFaults['email'] {
  if (email === '') return 'missing'
  return normalEmail(email).fault === undefined ? undefined : 'invalid'
}

function nameFault(name: string): PersonFaults['name'] {
  if (!hasVisible(name)) return 'missing'
  return [...name].length <= nameCharsMax ? undefined : 'too_long'
}
