import type { Sdk, User } from '@deskbell/sdk'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Button } from '../../../components/button.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { countUnsent, forgetTraces } from '../../../lib/device/user-traces.ts'
import { OfflineError } from '../../../lib/offline-error.ts'

export type SignOutStep =
  | { readonly kind: 'idle' | 'working' }
  | {
      readonly kind: 'asking'
      /** How many messages are waiting. */
      readonly unsent: number
      readonly confirm: () => void
      readonly Dialog: typeof SignOutDialog
    }
  | { readonly kind: 'failed'; readonly error: unknown }

type Leaving = {
  readonly sdk: Sdk
  readonly user: User
  readonly onStep: (step: SignOutStep) => void
  readonly then: () => void
}

const limitMs = 10_000

/** Ends the session, and removes all data of its user from the device. Rejects if that is not possible now. */
export async function signOut(leaving: Leaving): Promise<void> {
  const { user, onStep } = leaving
  if (!navigator.onLine) throw new OfflineError('There is no connection.')
  // A storage that cannot be read contains nothing that could be lost.
  const unsent = await countUnsent(user.id).catch(() => 0)
  const isGuest = user.role === 'client' && user.email === null
  if (unsent === 0 && !isGuest) return await leave(leaving)
  const confirm = () => void leave(leaving).catch((error: unknown) => onStep({ kind: 'failed', error }))
  onStep({ kind: 'asking', unsent, confirm, Dialog: isGuest ? GuestSignOutDialog : SignOutDialog })
}

async function leave({ sdk, user, onStep, then }: Leaving): Promise<void> {
  onStep({ kind: 'working' })
  await within(limitMs, sdk.logout())
  // A storage that refuses access contains nothing to remove.
  await forgetTraces(user.id).catch(() => undefined)
  then()
}

async function within<T>(ms: number, outcome: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('There was no answer.')), ms)
  })
  return await Promise.race([outcome, over]).finally(() => clearTimeout(timer))
}

type SignOutDialogProps = {
  /** How many messages are waiting. */
  readonly unsent: number
  readonly onSignOut: () => void
  readonly onStay: () => void
}

/** Asks for confirmation, because waiting messages would be lost. */
export function SignOutDialog(props: SignOutDialogProps) {
  return (
    <Question {...props} signOut={<Trans>Sign out and delete</Trans>}>
      <UnsentText unsent={props.unsent} />
    </Question>
  )
}

/** Asks for confirmation, because a guest has nothing to sign in with again. */
function GuestSignOutDialog(props: SignOutDialogProps) {
  return (
    <Question {...props} signOut={<Trans>Sign out and lose my chats</Trans>}>
      <Trans>You’re a guest, so only this browser can open your chats. After you sign out, nobody can.</Trans>{' '}
      {props.unsent > 0 && <UnsentText unsent={props.unsent} />}
    </Question>
  )
}

type QuestionProps = SignOutDialogProps & { readonly signOut: ReactNode; readonly children: ReactNode }

function Question({ onSignOut, onStay, signOut: answer, children }: QuestionProps) {
  const { t } = useLingui()
  return (
    <Dialog title={t`Sign out?`} onDismiss={onStay}>
      <p className="text-body">{children}</p>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button look="danger" onClick={onSignOut}>
          {answer}
        </Button>
        <Button look="primary" onClick={onStay}>
          <Trans>Stay signed in</Trans>
        </Button>
      </div>
    </Dialog>
  )
}

function UnsentText({ unsent }: { unsent: number }) {
  return (
    <Plural
      value={unsent}
      one="# message hasn’t been sent. If you sign out, it will be deleted from this device."
      other="# messages haven’t been sent. If you sign out, they will be deleted from this device."
    />
  )
}
