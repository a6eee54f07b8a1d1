import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { toolsDir } from '../paths.mjs'
import { ensureNpmTool } from './npm-tool.mjs'

const name = `deskbell-test-${process.pid}`
const folder = mkdtempSync(join(tmpdir(), 'deskbell-registry-'))
const good = tarballOf('good')
const evil = tarballOf('evil')
let served
let registry

/** Makes a package with one file; its install script would leave a trace. */
function tarballOf(text) {
  const source = join(folder, text)
  mkdirSync(source)
  const scripts = { preinstall: 'touch ran', prepack: 'touch ran', install: 'touch ran' }
  writeFileSync(join(source, 'package.json'), JSON.stringify({ name, version: '1.0.0', scripts }))
  writeFileSync(join(source, 'tool.js'), text)
  spawnSync('npm', ['pack', '--ignore-scripts'], { cwd: source })
  return readFileSync(join(source, `${name}-1.0.0.tgz`))
}

/** Npm keeps what it has got, so each package is served to an empty cache. */
function serve(bytes) {
  served = bytes
  vi.stubEnv('npm_config_cache', mkdtempSync(join(folder, 'cache-')))
}

const sha512 = (bytes) => `sha512-${createHash('sha512').update(bytes).digest('base64')}`

/** A registry that vouches for whatever it serves, as one would that somebody has taken over. */
function answer(request, response) {
  if (request.url.endsWith('.tgz')) return response.end(served)
  const dist = { tarball: `${address()}/${name}/-/${name}-1.0.0.tgz`, integrity: sha512(served) }
  const version = { name, version: '1.0.0', dist }
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ name, 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version } }))
}

const address = () => `http://127.0.0.1:${registry.address().port}`
const installed = join(toolsDir, `${name}-1.0.0`)
const get = (integrity) => ensureNpmTool(`${name}@1.0.0`, { file: 'tool.js', what: 'a test', integrity })

beforeAll(async () => {
  registry = createServer(answer)
  await new Promise((listening) => registry.listen(0, '127.0.0.1', listening))
  vi.stubEnv('npm_config_registry', address())
})
afterEach(() => rmSync(installed, { recursive: true, force: true }))
afterAll(() => {
  vi.unstubAllEnvs()
  registry.close()
  rmSync(folder, { recursive: true, force: true })
})

test('[SUP-1] a package whose sha512 is the committed one is installed, without its scripts', async () => {
  serve(good)
  const file = await get(sha512(good))
  expect(readFileSync(file, 'utf8')).toBe('good')
  expect(readdirSync(join(installed, 'node_modules', name)).sort()).toEqual(['package.json', 'tool.js'])
})

test('[SUP-1] another package under the same name and version is refused and leaves nothing, whatever the registry says of it', async () => {
  serve(evil)
  await expect(get(sha512(good))).rejects.toThrow(`${name}@1.0.0 from npm is not the package that was checked in`)
  expect(existsSync(installed)).toBe(false)
  expect(readdirSync(toolsDir).filter((each) => each.startsWith(name))).toEqual([])
})

test('[SUP-1] a package without a committed sha512 is refused before npm is asked', async () => {
  await expect(get(undefined)).rejects.toThrow(`${name}@1.0.0 has no sha512`)
})
