import type { Role, User } from '@deskbell/contract/users'
import { useLingui } from '@lingui/react'
import { Trans } from '@lingui/react/macro'
import { type FormEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { errorWords } from '../../components/error-words.ts'
import type { Person, PersonFaults } from '../../components/person.ts'
import { PersonFields } from '../../components/person-fields.tsx'
import { errorCode } from '../../lib/error-code.ts'
import { importPart } from '../../lib/import-part.ts'
import { whenIdle } from '../../lib/when-idle.ts'
import { CookieNotKept, preloadSignIn, signIn } from './sign-in.ts'

type Checks = typeof import('../../components/person.ts')
type Attempt = { readonly state: 'ready' | 'working' } | { readonly state: 'refused'; readonly error: unknown }

/** Email and name; what is wrong is said at its field, and the first such field gets the focus. */
export function SignInForm({ role, onSignedIn }: { role: Role; onSignedIn: (user: User) => void }) {
  const { i18n } = useLingui()
  const [person, setPerson] = useState<Person>({ email: '', name: '' })
  const [checks, setChecks] = useState<Checks | null>(null)
  const [attempt, setAttempt] = useState<Attempt>({ state: 'ready' })
  const formRef = useRef<HTMLFormElement>(null)
  const faults: PersonFaults = checks?.personFaults(person) ?? {}
  useEffect(() => {
    whenIdle(() => {
      void loadChecks()
      preloadSignIn()
    })
  }, [])
  // A page that was drawn at build time takes text before this code has come.
  useLayoutEffect(() => setPerson((before) => typedBefore(formRef.current) ?? before), [])
  useLayoutEffect(() => focusFirstField(formRef.current), [])
  const submit = async () => {
    setAttempt({ state: 'working' })
    const loaded = await loadChecks()
    setChecks(loaded)
    const faulty = loaded?.firstFault(loaded.personFaults(person))
    if (faulty !== undefined) {
      setAttempt({ state: 'ready' })
      formRef.current?.querySelector<HTMLInputElement>(`[name="${faulty}"]`)?.focus()
      return
    }
    try {
      onSignedIn(await signIn({ email: person.email.trim(), name: person.name.trim(), role }))
    } catch (error) {
      setAttempt({ state: 'refused', error })
    }
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (attempt.state !== 'working') void submit()
  }
  return (
    <form ref={formRef} noValidate onSubmit={onSubmit} className="grid gap-4">
      <PersonFields person={person} onPerson={setPerson} faults={faults} autoComplete />
      {attempt.state === 'refused' && (
        <p role="alert" className="text-small text-danger-text">
          {attempt.error instanceof CookieNotKept ? (
            <Trans>This browser didn’t keep you signed in. Allow cookies for this site, or open it over https.</Trans>
          ) : (
            i18n._(errorWords(errorCode(attempt.error)))
          )}
        </p>
      )}
      <Button type="submit" look="primary" large aria-disabled={attempt.state === 'working'}>
        {attempt.state === 'working' ? <Trans>Signing in…</Trans> : <Trans>Sign in</Trans>}
      </Button>
    </form>
  )
}

/** They come when the page rests, or with the first try. Without them the server says what is wrong. */
function loadChecks(): Promise<Checks | null> {
  return importPart(() => import('../../components/person.ts')).catch(() => null)
}

function typedBefore(form: HTMLFormElement | null): Person | null {
  if (form === null) return null
  const typed = new FormData(form)
  const [email, name] = [typed.get('email'), typed.get('name')]
  return typeof email === 'string' && typeof name === 'string' && email + name !== '' ? { email, name } : null
}

function focusFirstField(form: HTMLFormElement | null): void {
  const { activeElement } = document
  if (activeElement === null || activeElement === document.body) form?.querySelector('input')?.focus()
}
