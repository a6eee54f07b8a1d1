import { errorCode } from '@deskbell/sdk'
import { type ReactNode, useCallback, useRef, useState } from 'react'
import { lazyPart } from '../../components/lazy-part.tsx'
import { withCatalogs } from '../../lib/i18n.ts'
import type { ProofDialogProps } from './lazy/proof-dialog.tsx'
import { ProofContext, type WithProof } from './proof-context.ts'

const ProofDialog = lazyPart<ProofDialogProps>(async () => {
  const { ProofDialog } = await withCatalogs(['parts'], () => import('./lazy/proof-dialog.tsx'))
  return ProofDialog
})

type Asked = { readonly proved: Promise<void>; readonly settle: (isProved: boolean) => void }

/** Has the one dialog that asks for a proof, whatever needs it. */
export function ProofProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<Asked | null>(null)
  const current = useRef<Asked | null>(null)
  const ask = useCallback((error: unknown): Promise<void> => {
    if (current.current !== null) return current.current.proved
    let settle: Asked['settle'] = () => undefined
    const proved = new Promise<void>((resolve, reject) => {
      settle = (isProved) => {
        current.current = null
        setAsked(null)
        if (isProved) resolve()
        else reject(error)
      }
    })
    current.current = { proved, settle }
    setAsked(current.current)
    return proved
  }, [])
  const withProof = useCallback<WithProof>(
    async (call) => {
      try {
        return await call()
      } catch (error) {
        if (errorCode(error) !== 'proof_required') throw error
        await ask(error)
        return await call()
      }
    },
    [ask],
  )
  return (
    <ProofContext value={withProof}>
      {children}
      {asked !== null && <ProofDialog onProved={() => asked.settle(true)} onDismiss={() => asked.settle(false)} />}
    </ProofContext>
  )
}
