import type { ErrorCode } from '@deskbell/contract/errors'

/** The server refused for good, with a code of the closed list. */
export class SdkError extends Error {
  override readonly name = 'SdkError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, options: { cause?: unknown } = {}) {
    super(code, options)
    this.code = code
  }
}
