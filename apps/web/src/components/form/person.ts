import { hasVisible, nameCharsMax, normalEmail, normalName } from '@deskbell/sdk'

/** A user as signing in and starting a chat ask for them. */
export type Person = { readonly email: string; readonly name: string }

export type PersonErrors = {
  readonly email?: 'missing' | 'invalid' | undefined
  readonly name?: 'missing' | 'too_long' | 'invalid' | undefined
}

/** Returns the errors that the server would report, without asking it. */
export function validatePerson({ email, name }: Person): PersonErrors {
  return { email: emailFault(email.trim()), name: nameFault(name.trim()) }
}

/** Returns the field that gets the focus; undefined if all are valid. */
export function firstInvalid(faults: PersonErrors): keyof Person | undefined {
  if (faults.email !== undefined) return 'email'
  return faults.name === undefined ? undefined : 'name'
}

function emailFault(email: string): PersonErrors['email'] {
  if (email === '') return 'missing'
  return normalEmail(email).fault === undefined ? undefined : 'invalid'
}

function nameFault(name: string): PersonErrors['name'] {
  if (!hasVisible(name)) return 'missing'
  if ([...name].length > nameCharsMax) return 'too_long'
  return normalName(name).fault === undefined ? undefined : 'invalid'
}
