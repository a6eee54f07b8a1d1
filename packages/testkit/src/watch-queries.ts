import type { Database } from '@deskbell/db/database'

/** Every statement that goes through the pool of reads from now on, or through the pool that is given, transactions apart. */
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
