import { createContext, useContext } from 'react'

/** Makes a call; when the server wants to know first who is there, asks the person, and makes the call again. */
export type WithProof = <T>(call: () => Promise<T>) => Promise<T>

export const ProofContext = createContext<WithProof>((call) => call())

/** Returns what makes a dangerous call. It rejects with `proof_required` when the person does not answer. */
export function useProof(): WithProof {
  return useContext(ProofContext)
}
