import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'vite'
import { compressFiles } from './compress-files.ts'
import { type DrawnPage, drawPages } from './draw-pages.ts'
import { pagePreloads } from './page-preloads.ts'

const root = join(import.meta.dirname, '..')

/** The server sends the pages of its mode. */
const modes = ['open', 'secure'] as const
type Mode = (typeof modes)[number]
/** Other pages are sent as `index`. */
const drawnFiles = { '/': 'index', '/login': 'login', '/login-operator': 'login-operator' }

/** Files that are cached for a reload without a connection, besides those of the bundle. */
const publicFiles = ['/favicon.svg', '/icon-192.png', '/manifest.webmanifest']

/**
 * Completes the bundle: adds the prerendered pages, the script that runs before the first paint, the service worker
 * that serves all of it offline, and compressed copies. A build that is kept in memory does not call it.
 */
export function finishPages(): Plugin {
  return {
    name: 'deskbell:finish-pages',
    apply: 'build',
    async writeBundle({ dir }, bundle) {
      if (dir === undefined) return
      const source = await readFile(join(dir, 'index.html'), 'utf8')
      const beforeStylesOf = (mode: Mode) =>
        script('src/boot/before-styles.ts', { deskbellPreloads: pagePreloads(bundle, source, mode) })
      const [drawn, afterPages, open, secure] = await Promise.all([
        drawPages(root),
        script('src/boot/after-pages.ts'),
        beforeStylesOf('open'),
        beforeStylesOf('secure'),
      ])
      const beforeStyles = { open, secure }
      const files = [...Object.keys(bundle).filter(isServed), ...publicFiles].map((name) => join('/', name)).sort()
      const version = hashOf([source, open, secure, afterPages, JSON.stringify(drawn), ...files])
      const page = (path: string, mode: Mode) =>
        withPages(source, {
          path,
          drawn: drawn.filter((each) => each.mode === mode),
          beforeStyles: beforeStyles[mode],
          afterPages,
          version,
        })
      await Promise.all([
        ...modes.flatMap((mode) =>
          Object.entries(drawnFiles).map(([path, name]) =>
            writeFile(join(dir, mode === 'open' ? `${name}.html` : `${name}.${mode}.html`), page(path, mode)),
          ),
        ),
        writeFile(join(dir, 'version.json'), JSON.stringify({ version })),
        writeFile(
          join(dir, 'sw.js'),
          await script('worker/service-worker.ts', { deskbellVersion: version, deskbellFiles: files }),
        ),
        writeFile(join(dir, 'sw-off.js'), await script('worker/no-worker.ts')),
      ])
      await compressFiles(dir)
    },
  }
}

type Parts = {
  readonly path: string
  readonly drawn: readonly DrawnPage[]
  readonly beforeStyles: string
  readonly afterPages: string
  readonly version: string
}

/** Puts each prerendered page into a template, so that no page is shown in the wrong language. */
function withPages(source: string, { path, drawn, beforeStyles, afterPages, version }: Parts): string {
  const head = [`<meta name="deskbell-version" content="${version}" />`, `<script>${beforeStyles}</script>`]
  const templates = drawn
    .filter((page) => page.path === path)
    .map(({ locale, title, html }) => {
      const attributes = `lang="${locale}" data-path="${path}" title="${escapeAttribute(title)}"`
      return `<template ${attributes}>${html}</template>`
    })
  const title = drawn.find((page) => page.path === path && page.locale === 'en')?.title ?? 'Deskbell'
  return source
    .replace('<!-- before the styles -->', () => head.join('\n    '))
    .replace('<!-- drawn pages -->', () => [...templates, `<script>${afterPages}</script>`].join('\n    '))
    .replace(/<title>.*?<\/title>/, () => `<title>${escapeAttribute(title)}</title>`)
}

/** Bundles an entry into one script, and returns its code. */
async function script(entry: string, values: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const define = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]))
  const built = await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    define,
    build: {
      write: false,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: { input: join(root, entry), output: { format: 'iife' } },
    },
  })
  const [chunk] = [built].flat().flatMap((each) => ('output' in each ? each.output : []))
  if (chunk?.type !== 'chunk') throw new Error(`${entry} gave no script.`)
  return chunk.code.trim()
}

function isServed(name: string): boolean {
  return name.startsWith('assets/')
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('base64url').slice(0, 16)
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
