import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { turbo } from '../build.mjs'
import { say } from '../failure.mjs'
import { ensureNpmTool } from '../install/npm-tool.mjs'
import { root } from '../paths.mjs'

/** Arguments for pnpm: builds the published SDK, which looks at its own package (publint, attw). */
export const buildSdk = turbo('run', 'build', '--filter=@deskbell/sdk')

const sdk = join(root, 'packages/sdk')
const golden = join(sdk, 'public-surface.golden.txt')

/** Are the published types what was agreed, and does CHANGELOG name them? @returns an exit code */
export function checkSurface() {
  const isAgreed = read(golden) === publishedTypes()
  if (!isAgreed) say('the types of the SDK have changed: `pnpm docs:generate` writes them down, for a review')
  const name = `SDK surface ${createHash('sha256').update(publishedTypes()).digest('hex').slice(0, 8)}`
  const isNamed = read(join(root, 'CHANGELOG.md')).includes(`(${name})`)
  if (!isNamed) say(`a change of the types belongs into CHANGELOG.md, which then names them: (${name})`)
  const bare = withoutComment(publishedTypes())
  if (bare.length > 0) say(`without a comment for who uses it: ${bare.join(', ')}`)
  return isAgreed && isNamed && bare.length === 0 ? 0 : 1
}

/** Builds the package and puts its tarball into `folder`. */
export async function packSdk({ env, run }, folder) {
  const args = ['--filter', '@deskbell/sdk', 'pack', '--pack-destination', resolve(folder)]
  return (await run('pnpm', buildSdk, { env })) || (await run('pnpm', args, { env }))
}

/** Writes the reference of everything that is published into `.sdk-docs`. Only this needs TypeDoc, so it is got here. */
export async function writeSdkDocs({ node, env, run }) {
  const what = 'getting TypeDoc from npm (once, into .tools)'
  const typedoc = await ensureNpmTool('typedoc@0.28.20', { file: 'bin/typedoc', what })
  const build = await run('pnpm', buildSdk, { env })
  return build || (await run(node, [typedoc, '--logLevel', 'Error'], { env, cwd: sdk }))
}

export function writeSurface() {
  writeFileSync(golden, publishedTypes())
}

/** Names that are exported and have no doc comment. */
export function withoutComment(types) {
  const lists = [...types.matchAll(/^export (?:type )?\{([^}]*)\};$/gm)].flatMap(([, list]) => list.split(','))
  const declared = [...types.matchAll(/^export declare \w+ (\w+)/gm)].map(([, name]) => name)
  const names = [...lists.map((name) => name.replace(/^\s*type /, '').trim()), ...declared]
  return names.filter((name) => !new RegExp(`\\*/\\n(?:export )?(?:declare )?\\w+ ${name}\\b`).test(types))
}

function publishedTypes() {
  const files = ['index.d.ts', 'identity.d.ts', 'react.d.ts'].map(
    (name) => `// ${name}\n${read(join(sdk, 'dist', name)).trim()}\n`,
  )
  return files.join('\n')
}

function read(file) {
  return readFileSync(file, 'utf8')
}
