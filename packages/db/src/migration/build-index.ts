import type pg from 'pg'

/** An index that is built while other processes write to its table. The size is PostgreSQL's estimate. */
export type IndexBuild = { index: string; table: string; tableRows: number; tableBytes: number }

export type BuildReport = {
  onBuilding: (build: IndexBuild) => void
  onBuilt: (build: IndexBuild & { tookMs: number }) => void
}

/** A `create index concurrently` of a migration. The names are as they stand in the statement. */
export type ConcurrentIndex = { name: string; table: string; statement: string }

const name = String.raw`(?:"[^"]+"|\w+)`
const concurrent = new RegExp(
  String.raw`^create\s+(?:unique\s+)?index\s+concurrently\s+(${name})\s+on\s+((?:${name}\.)?${name})[\s(][^;]*;?$`,
  'i',
)

/**
 * Returns the indexes of a migration that builds them concurrently, and null for any other migration. Such a migration
 * contains nothing else, because it runs outside of a transaction and may be repeated.
 */
export function concurrentIndexes(statements: readonly string[]): ConcurrentIndex[] | null {
  const texts = statements.map((text) => text.replace(/^\s*--.*$/gm, '').trim()).filter((text) => text !== '')
  if (!texts.some((text) => /\bindex\s+concurrently\b/i.test(text))) return null
  return texts.map((statement) => {
    const [, index, table] = concurrent.exec(statement) ?? []
    if (index !== undefined && table !== undefined) return { name: index, table, statement }
    throw new Error(
      `A migration with "create index concurrently" contains nothing else and names the index: ${statement}`,
    )
  })
}

/**
 * Builds an index without blocking writes to its table, unless it is there and valid. An invalid one is what an
 * interrupted build has left: it is dropped and built again. A build waits for every older transaction of the database,
 * so the session must have no `lock_timeout`, and no session may wait for it inside a statement.
 */
export async function buildIndex(client: pg.Client, index: ConcurrentIndex, report: BuildReport): Promise<void> {
  if ((await dropUnlessValid(client, index)) === 'valid') return
  const build = await measure(client, index)
  report.onBuilding(build)
  const startedAt = performance.now()
  try {
    await client.query(index.statement)
  } catch (error) {
    // Every write pays for an invalid index, and an invalid unique index may refuse rows.
    await dropUnlessValid(client, index).catch(() => undefined)
    throw error
  }
  report.onBuilt({ ...build, tookMs: Math.round(performance.now() - startedAt) })
}

async function dropUnlessValid(client: pg.Client, index: ConcurrentIndex): Promise<'valid' | 'missing'> {
  const { rows } = await client.query<{ indisvalid: boolean }>(
    'select indisvalid from pg_index where indexrelid = to_regclass($1)',
    [index.name],
  )
  const [found] = rows
  if (found?.indisvalid === true) return 'valid'
  if (found !== undefined) await client.query(`drop index concurrently ${index.name}`)
  return 'missing'
}

async function measure(client: pg.Client, { name: index, table }: ConcurrentIndex): Promise<IndexBuild> {
  const { rows } = await client.query<{ rows: number; bytes: string }>(
    'select greatest(reltuples, 0) as rows, pg_table_size(oid) as bytes from pg_class where oid = to_regclass($1)',
    [table],
  )
  const plain = (text: string) => text.replaceAll('"', '')
  return {
    ...{ index: plain(index), table: plain(table) },
    ...{ tableRows: rows[0]?.rows ?? 0, tableBytes: Number(rows[0]?.bytes ?? 0) },
  }
}
