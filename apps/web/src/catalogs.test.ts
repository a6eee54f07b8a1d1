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

/** Returns the catalogues of a language: file names and contents. */
async function catalogues(language: string): Promise<(readonly [string, string])[]> {
  const folder = join(root, 'src', 'locales', language)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.po'))
  return await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const))
}

test('[WEB-8] the catalogues contain exactly the texts of the source', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [lingui, 'check', 'sync'], { cwd: root })
  expect(stdout).toContain('PASS')
}, 60_000)

test('[WEB-8] no translation is missing', async () => {
  for (const language of ['en', 'ru']) {
    const found = await catalogues(language)
    expect(found.length).toBeGreaterThan(0)
    for (const [name, text] of found) {
      // An empty first line may be followed by others.
      const empty = text
        .split('\n\n')
        .filter((entry) => /^msgid ".+"|^msgid ""\n"/m.test(entry) && /^msgstr ""$(?!\n")/m.test(entry))
      expect(empty, `${language}/${name}`).toEqual([])
    }
  }
})

test('[WEB-8] every Russian plural has its four forms', async () => {
  for (const [, text] of await catalogues('ru')) {
    const texts = text.split('\n').filter((line) => /^msgstr ".*plural,/.test(line))
    for (const plural of texts) expect(plural).toMatch(/one \{.*few \{.*many \{.*other \{/)
  }
})

test('[WEB-8] no Russian line begins with a dash', async () => {
  for (const [name, text] of await catalogues('ru')) {
    const loose = text.split('\n').filter((line) => line.startsWith('msgstr') && line.includes(' — '))
    expect(loose, name).toEqual([])
  }
})

test('[WEB-8] a text has the same translation in every catalogue', async () => {
  for (const language of ['en', 'ru']) {
    const meanings = new Map<string, Set<string>>()
    for (const [, text] of await catalogues(language)) {
      for (const entry of text.split('\n\n')) {
        const source = /^(?:msgctxt .+?\n)?msgid .+?(?=\nmsgstr)/ms.exec(entry)?.[0]
        if (source === undefined || source === 'msgid ""') continue
        const known = meanings.get(source) ?? new Set()
        meanings.set(source, known.add(entry.slice(entry.indexOf('\nmsgstr')).trim()))
      }
    }
    expect(meanings.size).toBeGreaterThan(100)
    expect([...meanings].flatMap(([source, all]) => (all.size > 1 ? source : []))).toEqual([])
  }
})
