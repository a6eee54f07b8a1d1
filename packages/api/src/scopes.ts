import type { Scope } from '@deskbell/contract/access/keys'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'

/** From what a key may least to what it may most. */
const scopeRank = { read: 0, send: 1, manage: 2 } as const

/** Throws `forbidden` when a key may not do what needs this scope. A person may whatever its role may. */
export function requireScopeOf({ scopes }: Actor, needed: Scope | 'none'): void {
  if (scopes === null) return
  if (needed === 'none' || !scopes.some((scope) => scopeRank[scope] >= scopeRank[needed]))
    throw new AppError('forbidden')
}
