/** Thrown when PostgreSQL is older than the oldest version that the product is tested with. */
export class OldServerError extends Error {
  override readonly name = 'OldServerError'
}

const oldestMajor = 15

/** `versionNumber` is PostgreSQL's `server_version_num`: 150018 is 15.18. */
export function refuseOldServer(versionNumber: number): void {
  const major = Math.trunc(versionNumber / 10_000)
  if (major >= oldestMajor) return
  throw new OldServerError(`The database is PostgreSQL ${major}, and Deskbell needs ${oldestMajor} or newer.`)
}
