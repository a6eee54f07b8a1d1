import { errorCode, type Role, type User } from '@deskbell/sdk'
import { useLingui } from '@lingui/react'
import { Trans } from '@lingui/react/macro'
import { type FormEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { errorMessage } from '../../components/error-message.ts'
import { PersonFields } from '../../components/form/fields.tsx'
import type { Person, PersonErrors } from '../../components/form/person.ts'
import { askToSignIn, CookieNotKept, keptUser, usePreloadedSignIn } from '../../lib/ask-to-sign-in.ts'
import { importPart, whenIdle } from '../../lib/loading/import-part.ts'

type Checks = typeof import('../../components/form/person.ts')
type Attempt = { readonly state: 'ready' | 'working' } | { readonly state: 'refused'; readonly error: unknown }

/** Email and name. An error is shown at its field, and the first invalid field gets the focus. */
export function SignInForm({ role, onSignedIn }: { role: Role; onSignedIn: (user: User) => void }) {
  const { i18n } = useLingui()
  const [person, setPerson] = useState<Person>({ email: '', name: '' })
  const [checks, setChecks] = useState<Checks | null>(null)
  const [attempt, setAttempt] = useState<Attempt>({ state: 'ready' })
  const formRef = useRef<HTMLFormElement>(null)
  const faults: PersonErrors = checks?.validatePerson(person) ?? {}
  useEffect(() => {
    whenIdle(() => void loadChecks())
  }, [])
  usePreloadedSignIn()
  // A prerendered page accepts text before this code is loaded.
  useLayoutEffect(() => setPerson((before) => typedBefore(formRef.current) ?? before), [])
  useLayoutEffect(() => focusFirstField(formRef.current), [])
  const submit = async () => {
    setAttempt({ state: 'working' })
    const loaded = await loadChecks()
    setChecks(loaded)
    const faulty = loaded?.firstInvalid(loaded.validatePerson(person))
    if (faulty !== undefined) {
      setAttempt({ state: 'ready' })
      formRef.current?.querySelector<HTMLInputElement>(`[name="${faulty}"]`)?.focus()
      return
    }
    try {
      const input = { email: person.email.trim(), name: person.name.trim(), role }
      onSignedIn(keptUser(await askToSignIn(role, (api, options) => api.users.login.mutate(input, options))))
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
            i18n._(errorMessage(errorCode(attempt.error)))
          )}
        </p>
      )}
      <Button type="submit" look="primary" large aria-disabled={attempt.state === 'working'}>
        {attempt.state === 'working' ? <Trans>Signing in…</Trans> : <Trans>Sign in</Trans>}
      </Button>
    </form>
  )
}

/**
 * Loads the checks, when the page is idle or with the first attempt. Null if that fails: the server reports errors
 * then.
 */
function loadChecks(): Promise<Checks | null> {
  return importPart(() => import('../../components/form/person.ts')).catch(() => null)
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
