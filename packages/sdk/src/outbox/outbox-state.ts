/** What is known of the place where messages wait. */
export type OutboxState = {
  /** True: they outlive this program. False: they are only in memory. */
  readonly kept: boolean
}
