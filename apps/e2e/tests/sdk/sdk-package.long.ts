import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import type { BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const run = promisify(execFile)

/** What an outside project installs in addition to the package. */
const packages = [
  'typescript@5.9.3',
  'typescript-7@npm:typescript@7.0.2',
  'esbuild@0.28.2',
  'vite@8.3.8',
  'react@19.3.1',
  'react-dom@19.3.1',
  'ws@8.23.0',
  '@types/node@20',
  '@types/react@19',
  '@types/react-dom@19',
  '@types/ws@8',
]

const compilerOptions = {
  strict: true,
  skipLibCheck: false,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  target: 'es2022',
  // The declarations of tRPC need `esnext.disposable`.
  lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'],
  module: 'nodenext',
  jsx: 'react-jsx',
  types: ['node'],
  outDir: 'out',
}

let folder: string
let readmePrograms: string[]
let world: World

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deskbell-stranger-'))
  await run(process.execPath, [join(root, 'scripts/deskbell.mjs'), 'sdk:pack', folder])
  const [tarball = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }))
  await cp(join(root, 'apps/e2e/stranger/program.ts'), join(folder, 'program.ts'))
  await cp(join(root, 'examples/react-client/src/main.tsx'), join(folder, 'page.tsx'))
  readmePrograms = await writeReadmePrograms()
  const files = ['program.ts', 'page.tsx', ...readmePrograms]
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  await run('npm', ['install', '--no-audit', '--no-fund', `./${tarball}`, ...packages], { cwd: folder })
  expect(await tool('typescript/bin/tsc')).toBe('')
  world = await createWorld()
}, 300_000)

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** Writes each TypeScript block of the README into a file, and returns the names of the files. */
async function writeReadmePrograms(): Promise<string[]> {
  const readme = await readFile(join(root, 'packages/sdk/README.md'), 'utf8')
  const blocks = [...readme.matchAll(/^```(tsx?)\n([\s\S]*?)^```$/gm)].map(([, kind, code = ''], nth) => ({
    name: `readme-${nth}.${kind}`,
    code,
  }))
  for (const { name, code } of blocks) await writeFile(join(folder, name), code)
  return blocks.map(({ name }) => name)
}

async function tool(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(folder, 'node_modules', name), ...args], { cwd: folder })
  return stdout
}

/** Runs esbuild, which is a binary and not a script for Node. */
async function esbuild(...args: string[]): Promise<void> {
  await run(join(folder, 'node_modules/.bin/esbuild'), args, { cwd: folder })
}

describe('the package as it is published', () => {
  test('[SDK-26] [SDK-7] the package contains built code, its types, and nothing of the server or the tests', async () => {
    const own = join(folder, 'node_modules/@deskbell/sdk')
    const files = await readdir(own, { recursive: true })
    expect(files.filter((name) => /\.(test|pg)\.|golden|fake|model|tsconfig/.test(name))).toEqual([])
    expect(await readdir(own)).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist', 'package.json']))
    const types = await Promise.all(['index', 'react'].map((name) => readFile(join(own, `dist/${name}.d.ts`), 'utf8')))
    const named = types.flatMap((text) =>
      [...text.matchAll(/(?:from |import\()["']([^"']+)["']/g)].map(([, name]) => name),
    )
    const outside = [...new Set(named)].filter((name) => !name?.startsWith('.'))
    expect(
      outside.filter((name) => !/^(@deskbell\/sdk|@trpc\/(client|server)|react|zod)(\/|$)/.test(name ?? '')),
    ).toEqual([])
    expect(outside).toContain('@trpc/client')
    const programs = files.filter((name) => name.endsWith('.js'))
    for (const name of programs)
      expect(await readFile(join(own, name), 'utf8'), name).not.toMatch(/@deskbell\/|drizzle|fastify/)
  })

  test.each(['typescript', 'typescript-7'])(
    '[SDK-26] %s accepts the types, strictly and without skipLibCheck, and finds an error',
    async (name) => {
      // TypeScript 5 has compiled the programs above.
      if (name !== 'typescript') expect(await tool(`${name}/bin/tsc`, '--noEmit')).toBe('')
      expect(await tool(`${name}/bin/tsc`, '--noEmit', '--module', 'esnext', '--moduleResolution', 'bundler')).toBe('')
      // An error is found, so the types are not `any`.
      await writeFile(
        join(folder, 'wrong.ts'),
        `import { createSdk } from '@deskbell/sdk'\ncreateSdk({ url: 'x' }).follow(7)\n`,
      )
      const project = JSON.stringify({ extends: './tsconfig.json', files: ['wrong.ts'] })
      await writeFile(join(folder, 'wrong.json'), project)
      const outcome = await tool(`${name}/bin/tsc`, '--noEmit', '-p', 'wrong.json').catch(
        (error: { stdout: string }) => error.stdout,
      )
      expect(outcome).toContain("'number' is not assignable to")
    },
  )

  const nodes = [
    { version: 20, node: process.env['DESKBELL_NODE_20'] },
    { version: 22, node: process.env['DESKBELL_NODE_22'] },
    { version: 24, node: process.execPath },
  ]
  test.each(nodes.flatMap(({ version, node }) => (node ? [{ version, node }] : [])))(
    '[SDK-26] in Node $version a program signs in, writes online and offline, and a second SDK reads both messages',
    async ({ node }) => {
      const { stdout } = await run(node, ['out/program.js', world.url], { cwd: folder, timeout: 60_000 })
      expect(JSON.parse(stdout)).toEqual({
        online: expect.any(Number),
        pending: ['offline'],
        refused: 'forbidden',
        reloaded: ['online', 'offline'],
        name: 'Ann',
      })
    },
  )
})

describe('the size of a bundle', () => {
  const bundled = async (code: string, ...args: string[]) => {
    await writeFile(join(folder, 'size.ts'), code)
    await esbuild('size.ts', '--bundle', '--minify', '--format=esm', '--outdir=size', '--external:react', ...args)
  }
  const compressed = async (file: string) => gzipSync(await readFile(join(folder, file))).length

  /** Returns the gzipped size of the whole bundle. */
  async function allBytes(code: string): Promise<number> {
    await bundled(code)
    return await compressed('size/size.js')
  }

  /** Returns the gzipped size of the files that load first. Dynamic imports are in other files. */
  async function firstBytes(code: string): Promise<number> {
    await bundled(code, '--splitting', '--metafile=size.json')
    type Output = { imports: { path: string; kind: string }[] }
    const { outputs } = JSON.parse(await readFile(join(folder, 'size.json'), 'utf8')) as {
      outputs: Record<string, Output>
    }
    const loaded = new Set<string>()
    const load = (file: string) => {
      if (loaded.has(file)) return
      loaded.add(file)
      for (const { path, kind } of outputs[file]?.imports ?? [])
        if (kind === 'import-statement' && path in outputs) load(path)
    }
    load('size/size.js')
    return (await Promise.all([...loaded].map(compressed))).reduce((sum, bytes) => sum + bytes, 0)
  }

  test('[SDK-27] an error code and an id take at most 1 kB, the SDK at first 29 kB, and the hooks 3 kB more', async () => {
    const small = await allBytes(`export { errorCode, newId } from '@deskbell/sdk'`)
    const sdk = await firstBytes(`export { createSdk } from '@deskbell/sdk'`)
    const hooks = await firstBytes(`export { createSdk } from '@deskbell/sdk'\nexport * from '@deskbell/sdk/react'`)
    console.log(
      `gzipped bytes: an error code and an id ${small}, the SDK at first ${sdk}, the hooks ${hooks - sdk} more`,
    )
    // The lower bounds detect a measurement that misses a part.
    expect(small).toBeGreaterThan(300)
    expect(small).toBeLessThanOrEqual(1_000)
    expect(sdk).toBeGreaterThan(20_000)
    expect(sdk).toBeLessThanOrEqual(29_000)
    expect(hooks - sdk).toBeGreaterThan(200)
    expect(hooks - sdk).toBeLessThanOrEqual(3_000)
  })
})

describe.skipIf(!tools.chromium)('a page that uses the React hooks', () => {
  const html = (script: string) =>
    `<!doctype html><title>Stranger</title><main></main><script type="module" src="${script}"></script>`

  async function bundleByVite(): Promise<string> {
    await writeFile(join(folder, 'index.html'), html('/page.tsx'))
    await tool('vite/bin/vite.js', 'build', '--outDir', 'built/vite', '--base', '/stranger/', '--logLevel', 'error')
    return 'built/vite'
  }

  async function bundleByEsbuild(): Promise<string> {
    const args = ['page.tsx', '--bundle', '--splitting', '--format=esm', '--outdir=built/esbuild', '--log-level=error']
    await esbuild(...args, '--jsx=automatic', '--define:process.env.NODE_ENV="production"')
    await writeFile(join(folder, 'built/esbuild/index.html'), html('/stranger/page.js'))
    return 'built/esbuild'
  }

  /** Serves the page on the server's origin, as behind a common proxy, so the session is a cookie. */
  async function serve(context: BrowserContext, built: string): Promise<void> {
    await context.route('**/stranger/**', async (route) => {
      const path = new URL(route.request().url()).pathname.replace('/stranger/', '')
      await route.fulfill({ path: join(folder, built, path || 'index.html') })
    })
  }

  test.each([
    ['Vite', bundleByVite],
    ['esbuild', bundleByEsbuild],
  ])('[SDK-26] bundled by %s, the page signs in, keeps an offline message and sends it once', async (name, bundle) => {
    const context = await world.newContext()
    await serve(context, await bundle())
    const page = await context.newPage()
    const faults: unknown[] = []
    page.on('pageerror', (error) => faults.push(error))
    await page.goto(`${world.url}/stranger/`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    const write = async (text: string) => {
      await page.getByLabel('Message').fill(text)
      await page.getByLabel('Message').press('Enter')
    }
    // Both bundles write as the same client in the same chat.
    const [online, offline] = [`online by ${name}`, `offline by ${name}`]
    const items = page.getByRole('listitem').filter({ hasText: `by ${name}` })
    await write(online)
    await items.filter({ hasText: `Ann: ${online}` }).waitFor()
    await page.getByRole('status').filter({ hasText: 'online' }).waitFor()
    await context.setOffline(true)
    await write(offline)
    await items.filter({ hasText: /^offline / }).waitFor()
    await context.setOffline(false)
    await items.filter({ hasText: `Ann: ${offline}` }).waitFor()
    await page.reload()
    const texts = await eventually(
      () => items.allTextContents(),
      (shown) => shown.length >= 2,
    )
    expect(texts).toEqual([`Ann: ${online}`, `Ann: ${offline}`])
    expect(faults).toEqual([])
    await context.close()
  })
})
