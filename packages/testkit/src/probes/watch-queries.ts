import type { Database } from '@deskbell/db/database'

/** Records the statements that are sent through `pool.query` from now on, so none of a transaction. */
export function watchQueries(db: Pick<Database, 'pool'>): {
  texts: string[]
  matching(pattern: RegExp): number
  stop(): void
} {
  const { pool } = db
  const original = pool.query
  const texts: string[] = []
  const watched = (...args: unknown[]) => {
    const [query] = args
    if (typeof query === 'string') texts.push(query)
    else if (typeof query === 'object' && query !== null && 'text' in query) texts.push(String(query.text))
    return Reflect.apply(original, pool, args)
  }
  Reflect.set(pool, 'query', watched)
  return {
    texts,
    matching: (pattern) => texts.filter((text) => pattern.test(text)).length,
    stop: () => Reflect.set(pool, 'query', original),
  }
}
