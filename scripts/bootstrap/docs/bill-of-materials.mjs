import { resolve } from 'node:path'
import { ensureNpmTool } from '../install/npm-tool.mjs'
import { run } from '../run.mjs'

/**
 * Writes every package of the server and the pages, with the hash of the lock file, as CycloneDX. The pnpm that installs
 * cannot; a newer one reads the same lock file.
 */
export async function writeBillOfMaterials({ node, env }, file) {
  const what = 'getting pnpm 11 from npm, which writes the list (once, into .tools)'
  const pnpm = await ensureNpmTool('pnpm@11.28.11', { file: 'bin/pnpm.mjs', what })
  const product = ['--filter', '@deskbell/server...', '--filter', '@deskbell/web...']
  const form = ['--sbom-format', 'cyclonedx', '--sbom-spec-version', '1.6', '--lockfile-only', '--prod']
  const args = [pnpm, ...product, 'sbom', ...form, '--out', resolve(file)]
  // Or it would look for the version that package.json names.
  return await run(node, args, { env: { ...env, pnpm_config_pm_on_fail: 'ignore' } })
}
