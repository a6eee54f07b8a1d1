/** A start that cannot go on, for a reason that one line tells. */
export class StartupError extends Error {
  override readonly name = 'StartupError'
}
