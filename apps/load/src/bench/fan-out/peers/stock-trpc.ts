import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, realpathSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const manifestSchema = z.object({ version: z.string() })

/**
 * tRPC's server as its authors published it, in a folder of its own: the installed one has the product's patch, which is
 * taken back here. Throws when it cannot be taken back exactly, so that nobody else's figures are called stock.
 */
export async function stockTrpc(): Promise<{ folder: string; version: string } & AsyncDisposable> {
  const manifest = createRequire(import.meta.url).resolve('@trpc/server/package.json')
  const { version } = manifestSchema.parse(JSON.parse(await readFile(manifest, 'utf8')))
  const folder = mkdtempSync(join(tmpdir(), 'dbt-'))
  cpSync(realpathSync(dirname(manifest)), folder, { recursive: true })
  const patch = fileURLToPath(new URL(`../../../../../../patches/@trpc__server@${version}.patch`, import.meta.url))
  if (existsSync(patch)) execFileSync('git', ['apply', '--reverse', patch], { cwd: folder })
  return { folder, version, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
