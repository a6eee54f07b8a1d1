import type { Role } from '@deskbell/contract/users'

/** A call that must be refused as `invalid_input` and change nothing. */
export type BadInput = {
  name: string
  procedure: string
  input: unknown
  /** The role of the caller. Default: client. */
  as?: Role
  /** For an input that REST cannot express: `7` and `"7"` are the same text in a path or a query string. */
  only?: 'socket'
}

/** Placeholders for an existing chat of the caller, and for a message of the caller in it. */
export const ownChat = 'own chat'
export const ownMessage = 'own message'

export function operator(each: BadInput): BadInput {
  return { ...each, as: 'operator' }
}

export function socketOnly(each: BadInput): BadInput {
  return { ...each, only: 'socket' }
}

export function bad(procedure: string, name: string, input: unknown): BadInput {
  return { procedure, name, input }
}
