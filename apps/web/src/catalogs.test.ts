import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const lingui = createRequire(import.meta.url)
  .resolve('@lingui/cli')
  .replace(/index\.js$/, 'lingui.js')

async function check(...options: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [lingui, 'check', ...options], { cwd: root })
  return stdout
}

test('[WEB-8] the catalogues hold what the source says, no more and no less', async () => {
  expect(await check('sync')).toContain('PASS')
})

test('[WEB-8] no translation is missing', async () => {
  expect(await check('missing', '--mode', 'catalog')).toContain('PASS')
})

test('[WEB-8] every Russian plural has its four forms', async () => {
  const folder = join(root, 'src', 'locales', 'ru')
  for (const name of await readdir(folder)) {
    const texts = (await readFile(join(folder, name), 'utf8'))
      .split('\n')
      .filter((line) => /^msgstr ".*plural,/.test(line))
    for (const text of texts) expect(text).toMatch(/one \{.*few \{.*many \{.*other \{/)
  }
})
