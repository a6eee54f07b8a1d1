import type { Scope } from './access/keys.ts'
import type { UserId } from './ids.ts'
import type { Access, Role } from './users.ts'

/** The caller of a use case. Every use case takes it as the second argument and first checks what it may do. */
export type Actor = {
  userId: UserId
  role: Role
  name: string
  avatarUrl: string | null
  /** Null for a client. */
  access: Access | null
  /** What a key of a program may do. Null: a person, who may do what its role may. */
  scopes: readonly Scope[] | null
  /** The session of the call. When it ends, the actor is no longer signed in. */
  sessionId: number
}
