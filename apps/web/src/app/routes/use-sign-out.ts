import { useState } from 'react'
import type { SignOutStep } from '../../features/auth/sign-out-tools.ts'
import { importPart } from '../../lib/import-part.ts'
import { useSession } from '../../lib/session.ts'

export type SignOut = {
  readonly step: SignOutStep
  /** Signs out, and leads on. Asks first when messages wait. */
  readonly start: (then: () => void) => void
  readonly cancel: () => void
}

/** What it does is loaded with the menu in which one signs out. */
export function useSignOut(): SignOut {
  const { sdk, user } = useSession()
  const [step, onStep] = useState<SignOutStep>({ kind: 'idle' })
  const start = async (then: () => void) => {
    if (step.kind === 'working') return
    try {
      const { signOut } = await importPart(() => import('../../features/auth/sign-out-tools.ts'))
      await signOut({ sdk, userId: user.id, onStep, then })
    } catch (error) {
      onStep({ kind: 'failed', error })
    }
  }
  return { step, start: (then) => void start(then), cancel: () => onStep({ kind: 'idle' }) }
}
