import type { Sdk } from '@deskbell/sdk'
import { OfflineError } from '../../lib/offline-error.ts'
import { countUnsent, forgetTraces } from '../../lib/user-traces.ts'
import { SignOutDialog } from './sign-out-dialog.tsx'

export type SignOutStep =
  | { readonly kind: 'idle' | 'working' }
  | {
      readonly kind: 'asking'
      /** How many messages wait. */
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

/** Ends the session, and leaves nothing of its user on the device. Rejects when it cannot be done now. */
export async function signOut(leaving: Leaving): Promise<void> {
  const { userId, onStep } = leaving
  if (!navigator.onLine) throw new OfflineError('There is no connection.')
  // A storage that cannot be read holds nothing that could be lost.
  const unsent = await countUnsent(userId).catch(() => 0)
  if (unsent === 0) return await leave(leaving)
  const confirm = () => void leave(leaving).catch((error: unknown) => onStep({ kind: 'failed', error }))
  onStep({ kind: 'asking', unsent, confirm, Dialog: SignOutDialog })
}

async function leave({ sdk, userId, onStep, then }: Leaving): Promise<void> {
  onStep({ kind: 'working' })
  await within(limitMs, sdk.logout())
  // Where the storage refuses there is nothing to remove.
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
