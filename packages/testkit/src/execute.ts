import pg from 'pg'

/** Runs one statement on a connection of its own, such as `create database`, which cannot run in a transaction. */
export async function execute(connectionString: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement)
    return rows
  } finally {
    await client.end()
  }
}
