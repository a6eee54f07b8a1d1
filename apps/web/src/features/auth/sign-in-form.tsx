import { errorCode, type LoginInput, type Role, type User } from '@deskbell/sdk'
import { useLingui } from '@lingui/react'
import { Trans } from '@lingui/react/macro'
import { type FormEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { errorMessage } from '../../components/error-message.ts'
import { PersonFields } from '../../components/form/fields.tsx'
import type { Person, PersonErrors } from '../../components/form/person.ts'
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
    whenIdle(() => {
      void loadChecks()
      preloadSignIn()
    })
  }, [])
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

/** Signing in fails if no answer comes for this long. */
const patienceMs = 10_000

/** The browser did not keep the session cookie: cookies are blocked, or a secure one came without https. */
export class CookieNotKept extends Error {}

/** Loads what `signIn` and the page after it need, while the user fills in the form. */
export function preloadSignIn(): void {
  importPart(() => import('../../lib/loading/sdk-code.ts'))
    .then(({ sdkCode }) => sdkCode.preload())
    .catch(() => undefined)
}

/** Signs in and returns the user; the session is a cookie. The form itself needs no SDK. */
export async function signIn(input: LoginInput): Promise<User> {
  const ended = new AbortController()
  const timer = setTimeout(() => ended.abort(), patienceMs)
  try {
    return await Promise.race([ask(input, ended.signal), aborted(ended.signal)])
  } finally {
    clearTimeout(timer)
  }
}

async function ask(input: LoginInput, signal: AbortSignal): Promise<User> {
  const { sdkCode } = await importPart(() => import('../../lib/loading/sdk-code.ts'))
  const sdk = sdkCode.createSdk({ url: location.origin, role: input.role, session: 'cookie' })
  try {
    const { user } = await sdk.api.users.login.mutate(input, { signal })
    if (!document.cookie.includes(`deskbell_${user.role}_id=${user.id}`)) throw new CookieNotKept()
    return user
  } finally {
    sdk.close()
  }
}

/** Needed beside the signal of the call, because the code of the call itself may not load. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('Nobody has answered in time.')))
  })
}
