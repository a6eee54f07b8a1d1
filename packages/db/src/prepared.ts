import type { Executor } from './transaction.ts'

/**
 * A named statement that is built once per connection and then only given its values: building the SQL anew costs
 * more of our CPU than sending it. What drizzle builds on a connection runs on that connection, so inside
 * whatever transaction is open there. Every value is a placeholder, and every name has one text.
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
