import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../failure.mjs'
import { root } from '../paths.mjs'
import { capture, run } from '../run.mjs'
import { buildSdk, writeSurface } from './sdk-package.mjs'

/** Writes what is made from the sources: `.env.example`, the OpenAPI document and types of it, the
 * public surface of the SDK, the graph of the layers. */
export async function generateDocs({ node, env }) {
  for (const program of [
    'apps/server/src/config/write-env-example.ts',
    'packages/api/src/rest/openapi/write-openapi.ts',
  ]) {
    const code = await run(node, [program], { env })
    if (code !== 0) return code
  }
  const example = join(root, 'examples/rest-program')
  const generator = join(example, 'node_modules/.bin/openapi-typescript')
  const types = ['packages/api/openapi.json', '--output', join(example, 'src/deskbell-api.ts')]
  const code = (await run(generator, types, { env })) || (await run('pnpm', buildSdk, { env }))
  if (code !== 0) return code
  writeSurface()
  await drawLayers(env)
  return 0
}

/** Puts the graph of the packages between the two marks in ARCHITECTURE.md. */
async function drawLayers(env) {
  const scope = ['--include-only', '^(packages|apps)/[^/]+/src/', '--exclude', '([.](test|long)|-contract)[.]']
  const form = ['--output-type', 'mermaid', '--collapse', '^(packages|apps)/[^/]+']
  const args = ['--config', '.dependency-cruiser.cjs', ...scope, ...form]
  const folders = ['packages', 'apps/server', 'apps/web']
  const graph = await capture(join(root, 'node_modules/.bin/depcruise'), [...args, ...folders], { env })
  if (graph === null) throw new Failure('dependency-cruiser could not draw the layers')
  const file = join(root, 'ARCHITECTURE.md')
  const text = readFileSync(file, 'utf8')
  const block = `<!-- layers:begin -->\n\`\`\`mermaid\n${readable(graph)}\n\`\`\`\n<!-- layers:end -->`
  writeFileSync(
    file,
    text.replace(/<!-- layers:begin -->[\s\S]*<!-- layers:end -->/, () => block),
  )
}

/** The same graph in names instead of numbers, a line for each package, so that it can be read as text too. */
export function readable(graph) {
  const names = new Map([...graph.matchAll(/^(\w+)\["(.+)"\]$/gm)].map(([, id, name]) => [id, name]))
  const stairs = new Map()
  for (const [, from, to] of graph.matchAll(/^(\w+)-->(\w+)$/gm)) {
    const below = stairs.get(names.get(from)) ?? []
    stairs.set(names.get(from), [...below, names.get(to)])
  }
  // The tallest first: who has most below stands on top.
  const rows = [...stairs].sort(([, a], [, b]) => b.length - a.length)
  const lines = rows.map(([from, below]) => `  ${from} --> ${below.sort().join(' & ')}`)
  return ['flowchart TD', ...lines].join('\n')
}
