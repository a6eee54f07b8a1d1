import type { Executor } from '../transaction.ts'

/** Builds a statement once for each database, however often it is run. Inside a transaction it is built anew. */
export function preparedOn<S>(build: (executor: Executor) => S): (executor: Executor) => S {
  const known = new WeakMap<Executor, S>()
  return (executor) => {
    const statement = known.get(executor) ?? build(executor)
    known.set(executor, statement)
    return statement
  }
}
