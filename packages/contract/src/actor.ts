import type { UserId } from './ids.ts'
import type { Role } from './users.ts'

/** The caller of a use case. Every use case takes it as the second argument and first checks what it may do. */
export type Actor = {
  userId: UserId
  role: Role
  name: string
  /** The session of the call. When it ends, the actor is no longer signed in. */
  sessionId: number
}
