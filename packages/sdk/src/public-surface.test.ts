import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const packages = fileURLToPath(new URL('../..', import.meta.url))
const allowed = [/^@deskbell\/contract\//, /^@trpc\/(client|server)(\/|$)/, /^zod$/]

let folder: string
let reached: ReadonlyMap<string, string>
let outside: ReadonlySet<string>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deskbell-sdk-'))
  await emit('sdk/tsconfig.declarations.json', 'sdk')
  await emit('api/tsconfig.build.json', 'api')
  const walk = new Walk(folder)
  await walk.visit(join(folder, 'sdk/index.d.ts'))
  reached = walk.texts
  outside = walk.outside
}, 120_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the published types', () => {
  test('[SDK-7] nothing that can be reached from them names the server, its database or its shell', () => {
    expect([...reached.keys()]).toContain('api/router.d.ts')
    expect([...outside].filter((name) => !allowed.some((pattern) => pattern.test(name)))).toEqual([])
  })

  test('[SDK-7] they are what was agreed; a change shows in review', async () => {
    const own = [...reached].filter(([path]) => path.startsWith('sdk/')).sort(([a], [b]) => a.localeCompare(b))
    const report = own.map(([path, text]) => `// ${path}\n${text.trim()}\n`).join('\n')
    await expect(report).toMatchFileSnapshot('./public-surface.golden.txt')
  })
})

/** Follows declarations from file to file, and notes what lies outside of the two packages. */
class Walk {
  readonly texts = new Map<string, string>()
  readonly outside = new Set<string>()
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async visit(file: string): Promise<void> {
    const path = relative(this.#folder, file)
    if (this.texts.has(path)) return
    const text = await readFile(file, 'utf8')
    this.texts.set(path, text)
    for (const name of namedModules(text)) await this.#follow(file, name)
  }

  async #follow(file: string, name: string): Promise<void> {
    if (name === '@deskbell/api/router') return await this.visit(join(this.#folder, 'api/router.d.ts'))
    if (!name.startsWith('.')) return void this.outside.add(name)
    await this.visit(join(dirname(file), name.replace(/\.[tj]s$/, '.d.ts')))
  }
}

function namedModules(text: string): string[] {
  return [...text.matchAll(/(?:from|import\()\s*['"]([^'"]+)['"]/g)].flatMap((match) => match[1] ?? [])
}

async function emit(project: string, name: string): Promise<void> {
  const tsc = join(packages, 'sdk/node_modules/.bin/tsc')
  await promisify(execFile)(tsc, ['-p', join(packages, project), '--outDir', join(folder, name)])
}
