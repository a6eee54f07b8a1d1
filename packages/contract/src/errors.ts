import { z } from 'zod'

/**
 * The closed list of error codes. A code is a promise to other programs:
 * one may be added by a decision record, none is ever changed.
 */
export const errorMeanings = {
  invalid_input: 'The request does not fit the schema.',
  unauthenticated: 'There is no session, or it has ended.',
  invalid_credentials: 'The address or the password is wrong, or the account is disabled.',
  proof_required: 'Prove first who you are, with auth.prove: the last proof in this session is too old.',
  forbidden: 'Your role may never do this, or the request comes from a foreign origin.',
  not_found: 'It does not exist, or is not yours to see.',
  method_not_allowed: 'The path exists, but not with this method.',
  too_large: 'The request or the file is larger than the limit.',
  unsupported_media_type: 'The body must be JSON.',
  unsupported_file: 'The image cannot be read.',
  chat_closed: 'The chat is closed.',
  already_assigned: 'Another operator has the chat.',
  client_msg_id_reused: 'This clientMsgId was used for another message.',
  not_editable: 'This message cannot be changed, or not any more, or not by you.',
  newer_messages: 'There are messages that you have not seen.',
  last_admin: 'Somebody must be able to administer the server.',
  too_many_keys: 'There are two identity keys. Delete one first.',
  quota_exceeded: 'There is no room for more files now.',
  rate_limited: 'Too many requests.',
  unavailable: 'The service cannot answer at this moment.',
  internal: 'Something went wrong on our side.',
} as const satisfies Record<string, string>

/** One code of the closed list; `errorMeanings` has what each of them says. */
export type ErrorCode = keyof typeof errorMeanings

export const errorCodeSchema = z.enum(Object.keys(errorMeanings) as [ErrorCode, ...ErrorCode[]])

/** Where an input does not fit: `path` in dotted form, empty for the whole. */
export const inputIssueSchema = z.object({ path: z.string(), message: z.string() })
export type InputIssue = z.infer<typeof inputIssueSchema>

/** The body of every REST error (RFC 9457). */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: errorCodeSchema,
  detail: z.string(),
  requestId: z.string(),
  errors: z.array(inputIssueSchema).optional(),
})
export type Problem = z.infer<typeof problemSchema>

export type AppErrorOptions = {
  /** A sentence for the caller. Default: the meaning of the code. */
  detail?: string
  /** For the log only. It is never sent to the caller. */
  internal?: string
  cause?: unknown
  retryAfterMs?: number
  /** Of many, the caller gets the first twenty. */
  issues?: InputIssue[]
}

/** However much of an input is wrong, its refusal stays small. */
const issuesMax = 20

/** The error that use cases throw. `internal` and `cause` are for the log; the rest is for the caller. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly detail: string
  readonly internal: string | undefined
  readonly retryAfterMs: number | undefined
  readonly issues: InputIssue[] | undefined

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(code, { cause: options.cause })
    this.code = code
    this.detail = options.detail ?? errorMeanings[code]
    this.internal = options.internal
    this.retryAfterMs = options.retryAfterMs
    this.issues = options.issues?.slice(0, issuesMax)
  }
}
