import { expect, test } from 'vitest'
import { OldServerError, refuseOldServer } from './server-version.ts'

test('[RUN-15] a server older than PostgreSQL 15 is refused with a one-line error, 15 and newer are accepted', () => {
  expect(() => refuseOldServer(140_021)).toThrow(OldServerError)
  expect(() => refuseOldServer(140_021)).toThrow('The database is PostgreSQL 14, and Deskbell needs 15 or newer.')
  for (const version of [150_000, 150_018, 180_004, 200_001]) expect(() => refuseOldServer(version)).not.toThrow()
})
