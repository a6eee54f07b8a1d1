import type { UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'

/** Who may be signed in here, as the readable cookies beside the sessions say. */
export type SeatHints = { readonly [role in Role]?: UserId }

/** One signed-in role of this browser. */
export type Seat = { readonly role: Role; readonly userId: UserId }

/** Nobody, while pages are drawn at build time. */
export function presentSeats(): SeatHints {
  return typeof document === 'undefined' ? {} : readSeatHints(document.cookie)
}

const roles: readonly Role[] = ['client', 'operator']

/** `deskbell_client_id=7; deskbell_operator_id=9` → both ids. What is no id is left out. */
export function readSeatHints(cookies: string): SeatHints {
  const hints: { [role in Role]?: UserId } = {}
  for (const role of roles) {
    const id = new RegExp(`(?:^|;\\s*)deskbell_${role}_id=([1-9][0-9]{0,15})(?:;|$)`).exec(cookies)?.[1]
    if (id !== undefined) hints[role] = Number(id) as UserId
  }
  return hints
}

/**
 * The session whose user is asked for; otherwise one's own: the role this tab used last, else the only one there is.
 * Undefined when nobody is signed in.
 */
export function chooseSeat(hints: SeatHints, asked: string, lastRole: Role | null): Seat | undefined {
  const seats = roles.flatMap((role) => seatOf(hints, role))
  return seats.find((seat) => String(seat.userId) === asked) ?? seats.find((seat) => seat.role === lastRole) ?? seats[0]
}

function seatOf(hints: SeatHints, role: Role): Seat[] {
  const userId = hints[role]
  return userId === undefined ? [] : [{ role, userId }]
}
