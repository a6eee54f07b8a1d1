import type { Executor } from './transaction.ts'

/**
 * Builds a named statement once per connection; later calls only pass values, because building the SQL takes more CPU
 * time than sending it. drizzle runs a statement on the connection that it was built on, so it is part of the
 * transaction that is open there. In such a statement every value that varies must be a placeholder, and a name must
 * always have the same text.
 */
export function preparedOnce<S>(build: (executor: Executor) => S): (executor: Executor) => S {
  const known = new WeakMap<object, S>()
  return (executor) => {
    const { session } = executor._
    const found = known.get(session)
    if (found !== undefined) return found
    const statement = build(executor)
    known.set(session, statement)
    return statement
  }
}
