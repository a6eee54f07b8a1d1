import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/** Returns the words of a text in lower case, including the parts of names: `TabGuest` → `tab`, `guest`. */
function wordsOf(text: string): Set<string> {
  return new Set(text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g)?.map((word) => word.toLowerCase()))
}

/** Returns the rows of the glossary's last table: words, and the folders that must not contain them. */
function goneWords(): { words: string[]; folders: string[] }[] {
  const [, section = ''] = readFileSync(join(root, 'docs/glossary.md'), 'utf8').split('## Words that have gone')
  return [...section.matchAll(/^\| ([a-z, ]+) \| (`.*`) \|$/gm)].map(([, words = '', folders = '']) => ({
    words: words.split(', '),
    folders: folders.split(', ').map((folder) => folder.replaceAll('`', '')),
  }))
}

test('[DOC-6] no file or path of a folder contains a word that the glossary has removed from it', () => {
  const tables = goneWords()
  expect(tables.length).toBeGreaterThan(0)
  const found = tables.flatMap(({ words, folders }) => {
    const files = execFileSync('git', ['ls-files', ...folders], { cwd: root, encoding: 'utf8' })
      .trim()
      .split('\n')
    expect(files.length).toBeGreaterThan(10)
    return files
      .filter((file) => /\.(tsx?|md)$/.test(file))
      .flatMap((file) => {
        const has = wordsOf(`${file} ${readFileSync(join(root, file), 'utf8')}`)
        return words.filter((word) => has.has(word) || has.has(`${word}s`)).map((word) => `${file}: ${word}`)
      })
  })
  expect(found).toEqual([])
})

test('[DOC-6] words are found inside names', () => {
  expect([...wordsOf('new TabGuest(hostedGuests, HTTPHall)')]).toEqual([
    'new',
    'tab',
    'guest',
    'hosted',
    'guests',
    'http',
    'hall',
  ])
})
