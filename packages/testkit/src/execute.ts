import pg from 'pg'

/** One statement on a connection of its own, such as `create database`, which no transaction may hold. */
export async function execute(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
