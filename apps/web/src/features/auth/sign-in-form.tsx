import type { Role, User } from '@deskbell/contract/users'
import { useLingui } from '@lingui/react'
import { Trans } from '@lingui/react/macro'
import { type FormEvent, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { errorWords } from '../../components/error-words.ts'
import { firstFault, type Person, personFaults } from '../../components/person.ts'
import { PersonFields } from '../../components/person-fields.tsx'
import { errorCode } from '../../lib/error-code.ts'
import { signIn } from './sign-in.ts'

type Attempt = { readonly state: 'ready' | 'working' } | { readonly state: 'refused'; readonly error: unknown }

/** Email and name; what is wrong is said at its field, and the first such field gets the focus. */
export function SignInForm({ role, onSignedIn }: { role: Role; onSignedIn: (user: User) => void }) {
  const { i18n } = useLingui()
  const [person, setPerson] = useState<Person>({ email: '', name: '' })
  const [asked, setAsked] = useState(false)
  const [attempt, setAttempt] = useState<Attempt>({ state: 'ready' })
  const formRef = useRef<HTMLFormElement>(null)
  const faults = personFaults(person)
  const submit = async () => {
    setAttempt({ state: 'working' })
    try {
      onSignedIn(await signIn({ email: person.email.trim(), name: person.name.trim(), role }))
    } catch (error) {
      setAttempt({ state: 'refused', error })
    }
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    setAsked(true)
    const faulty = firstFault(faults)
    if (faulty !== undefined) formRef.current?.querySelector<HTMLInputElement>(`[name="${faulty}"]`)?.focus()
    else if (attempt.state !== 'working') void submit()
  }
  return (
    <form ref={formRef} noValidate onSubmit={onSubmit} className="grid gap-4">
      <PersonFields person={person} onPerson={setPerson} faults={asked ? faults : {}} autoComplete />
      {attempt.state === 'refused' && (
        <p role="alert" className="text-small text-danger-text">
          {i18n._(errorWords(errorCode(attempt.error)))}
        </p>
      )}
      <Button type="submit" look="primary" large aria-disabled={attempt.state === 'working'}>
        {attempt.state === 'working' ? <Trans>Signing in…</Trans> : <Trans>Sign in</Trans>}
      </Button>
    </form>
  )
}
