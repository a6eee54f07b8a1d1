/** What the socket does. `idle` until something needs it; `ended` is final until the next `login`. */
export type ConnectionState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online' }
  /** `attempt` counts from 0; `retryAt` is a time of `Date.now()` in milliseconds. */
  | { readonly kind: 'waiting'; readonly attempt: number; readonly retryAt: number }
  | { readonly kind: 'ended'; readonly reason: EndReason }

/** `protocol`: this program is broken or too old. `closed`: `close` was called. */
export type EndReason = 'unauthenticated' | 'forbidden' | 'protocol' | 'closed'
