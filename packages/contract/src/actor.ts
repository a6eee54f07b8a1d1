import type { UserId } from './ids.ts'
import type { Role } from './users.ts'

/** Who asks. Every use case takes the actor second and asks its policy first. */
export type Actor = {
  userId: UserId
  role: Role
  name: string
  /** The session the actor came with; ends with it. */
  sessionId: number
}
