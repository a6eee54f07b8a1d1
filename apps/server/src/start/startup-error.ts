/** The start cannot continue. The message explains why in one line, for the person who started the server. */
export class StartupError extends Error {
  override readonly name = 'StartupError'
}
