import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../../..')
const pages = globSync('**/*.md', { cwd: root, exclude: ['**/node_modules/**', '**/.tools/**', '**/dist/**'] })
const read = (file: string) => readFileSync(join(root, file), 'utf8')

/** Returns the targets of a page's links and images, `[text](target)` and `![text](target)`, except in code blocks. */
function targets(page: string): string[] {
  const text = read(page).replace(/^```[\s\S]*?^```/gm, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '')
}

/** Returns the anchors of a page's headings: lower case, without punctuation, with hyphens for spaces. */
function anchors(page: string): string[] {
  const headings = read(page).matchAll(/^#{1,6} (.+)$/gm)
  return [...headings].map((match) => slug(match[1] ?? ''))
}

function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
}

function isDead(page: string, target: string): boolean {
  if (/^[a-z]+:/.test(target)) return false
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : relative(root, join(root, dirname(page), path))
  if (!existsSync(join(root, file))) return true
  return anchor !== undefined && !anchors(file).includes(anchor)
}

/** Returns the paths that a page names in code, such as `packages/…/x.ts`; they may contain `*`. */
function namedFiles(page: string): string[] {
  const names = read(page).matchAll(/`((?:apps|packages|scripts|docs|examples)\/[\w./*-]+)`/g)
  return [...names].map((match) => match[1] ?? '')
}

/**
 * Returns the modules that a page names in code, such as `close-chat.ts`. Names that begin with `x.` are placeholders.
 * Decisions, reports and changelogs may name files that no longer exist.
 */
function namedModules(page: string): string[] {
  if (/^docs\/(?:decisions|reports)\/|CHANGELOG/.test(page)) return []
  return [...read(page).matchAll(/`([\w/-]+(?:\.[\w-]+)*\.(?:tsx?|mjs|css))`/g)]
    .map((match) => match[1] ?? '')
    .filter((name) => !name.startsWith('x.'))
}

const made = new Set(['packages/api/types', 'apps/web/dist'])

test('[DOC-1] no page has a relative link or anchor that leads nowhere', () => {
  const dead = pages.flatMap((page) => targets(page).flatMap((to) => (isDead(page, to) ? [`${page}: ${to}`] : [])))
  expect(dead).toEqual([])
})

test('[DOC-1] every file that a page names by its path exists', () => {
  const gone = pages.flatMap((page) =>
    namedFiles(page).flatMap((name) =>
      made.has(name) || globSync(name, { cwd: root }).length > 0 ? [] : [`${page}: ${name}`],
    ),
  )
  expect(gone).toEqual([])
})

test('[DOC-1] every module that a page names exists', () => {
  const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n')
  const modules = new Set(files.map((file) => basename(file)))
  const gone = pages.flatMap((page) =>
    namedModules(page).flatMap((name) => (modules.has(basename(name)) ? [] : [`${page}: ${name}`])),
  )
  expect(pages.flatMap(namedModules).length).toBeGreaterThan(100)
  expect(gone).toEqual([])
})

test('[DOC-2] every package, app and example has a README of at most 40 lines, and the SDK one of at most 160', () => {
  const packages = globSync('{packages,apps,examples}/*/package.json', { cwd: root }).map(dirname)
  expect(packages.length).toBeGreaterThan(8)
  const wrong = packages.filter((folder) => {
    const page = join(root, folder, 'README.md')
    return (
      !existsSync(page) ||
      readFileSync(page, 'utf8').trimEnd().split('\n').length > (folder === 'packages/sdk' ? 160 : 40)
    )
  })
  expect(wrong).toEqual([])
})

test('[DOC-3] ARCHITECTURE.md has at most 60 lines besides the graph', () => {
  const [before = '', , after = ''] = read('ARCHITECTURE.md').split(/<!-- layers:\w+ -->/)
  expect(`${before}${after}`.trim().split('\n').length).toBeLessThanOrEqual(60)
})

test('[DOC-4] no document contains a path of a machine or the address of a package registry', () => {
  const tracked = execFileSync('git', ['ls-files', '-z', '*.md'], { cwd: root, encoding: 'utf8' }).split('\0')
  const odd = tracked
    .filter((page) => page !== '' && existsSync(join(root, page)))
    .filter((page) => /(?:^|[\s`("'])\/(?:home|root|work|tmp|Users)\/|registry\.npmjs/m.test(read(page)))
  expect(odd).toEqual([])
})

test('[DOC-5] the records of decisions are numbered without a gap and have the headings of the template', () => {
  const records = globSync('docs/decisions/*.md', { cwd: root }).sort()
  expect(records.map((record) => Number(basename(record).slice(0, 4)))).toEqual(records.map((_, index) => index))
  for (const record of records) {
    const headings = [...read(record).matchAll(/^##? (.+)$/gm)].map((match) => match[1] ?? '')
    const number = basename(record).slice(0, 4)
    expect(headings).toEqual([expect.stringMatching(`^${number}: `), 'Context', 'Decision', 'Consequences'])
    if (number === '0000') continue
    expect(read(record)).toMatch(/^- Date: \d{4}-\d\d-\d\d\n- Status: (proposed|accepted|superseded by \d{4})$/m)
  }
})
