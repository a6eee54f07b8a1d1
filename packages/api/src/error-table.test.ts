import { errorCodeSchema } from '@deskbell/contract/errors'
import { describe, expect, it } from 'vitest'
import { errorTable } from './error-table.ts'

describe('errorTable', () => {
  it('[REST-3] has one row for every code, and no other', () => {
    expect(Object.keys(errorTable).sort()).toEqual([...errorCodeSchema.options].sort())
  })

  it('[REST-3] has the statuses of the contract', () => {
    const statuses = Object.fromEntries(errorCodeSchema.options.map((code) => [code, errorTable[code].status]))
    expect(statuses).toEqual({
      invalid_input: 400,
      unauthenticated: 401,
      invalid_credentials: 401,
      proof_required: 403,
      forbidden: 403,
      not_found: 404,
      method_not_allowed: 405,
      too_large: 413,
      unsupported_media_type: 415,
      unsupported_file: 422,
      chat_closed: 409,
      already_assigned: 409,
      client_msg_id_reused: 409,
      not_editable: 409,
      newer_messages: 409,
      last_admin: 409,
      too_many_keys: 409,
      quota_exceeded: 409,
      rate_limited: 429,
      unavailable: 503,
      internal: 500,
    })
  })
})
