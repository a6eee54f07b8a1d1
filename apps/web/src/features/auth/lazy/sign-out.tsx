import type { Sdk } from '@deskbell/sdk'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
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
  readonly userId: number
  readonly onStep: (step: SignOutStep) => void
  readonly then: () => void
}

const limitMs = 10_000

/** Ends the session, and removes all data of its user from the device. Rejects if that is not possible now. */
export async function signOut(leaving: Leaving): Promise<void> {
  const { userId, onStep } = leaving
  if (!navigator.onLine) throw new OfflineError('There is no connection.')
  // A storage that cannot be read contains nothing that could be lost.
  const unsent = await countUnsent(userId).catch(() => 0)
  if (unsent === 0) return await leave(leaving)
  const confirm = () => void leave(leaving).catch((error: unknown) => onStep({ kind: 'failed', error }))
  onStep({ kind: 'asking', unsent, confirm, Dialog: SignOutDialog })
}

async function leave({ sdk, userId, onStep, then }: Leaving): Promise<void> {
  onStep({ kind: 'working' })
  await within(limitMs, sdk.logout())
  // A storage that refuses access contains nothing to remove.
  await forgetTraces(userId).catch(() => undefined)
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
export function SignOutDialog({ unsent, onSignOut, onStay }: SignOutDialogProps) {
  const { t } = useLingui()
  return (
    <Dialog title={t`Sign out?`} onDismiss={onStay}>
      <p className="text-body">
        <Plural
          value={unsent}
          one="# message hasn’t been sent. If you sign out, it will be deleted from this device."
          other="# messages haven’t been sent. If you sign out, they will be deleted from this device."
        />
      </p>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button look="danger" onClick={onSignOut}>
          <Trans>Sign out and delete</Trans>
        </Button>
        <Button look="primary" onClick={onStay}>
          <Trans>Stay signed in</Trans>
        </Button>
      </div>
    </Dialog>
  )
}
