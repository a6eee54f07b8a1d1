import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A folder with the migrations of the product and one more. */
export type MoreMigrations = AsyncDisposable & { readonly folder: string }

const own = fileURLToPath(new URL('../../../db/migrations', import.meta.url))

/** Makes the folder that a later version would have: the migrations of this one, and then `statements`. */
export async function migrationsWith(...statements: string[]): Promise<MoreMigrations> {
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-migrations-'))
  await cp(own, folder, { recursive: true })
  const journalFile = join(folder, 'meta/_journal.json')
  const journal: { entries: { idx: number; when: number }[] } = JSON.parse(await readFile(journalFile, 'utf8'))
  const idx = journal.entries.length
  const when = 1 + Math.max(...journal.entries.map((entry) => entry.when))
  const entry = { idx, version: '7', when, tag: 'of_a_later_version', breakpoints: true }
  await writeFile(journalFile, JSON.stringify({ ...journal, entries: [...journal.entries, entry] }))
  await writeFile(join(folder, `${entry.tag}.sql`), statements.join('--> statement-breakpoint\n'))
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
