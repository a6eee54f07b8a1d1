import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { lingui } from '@lingui/vite-plugin'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import type { DrawnPage } from '../src/prerender.tsx'

export type { DrawnPage }

/** Bundles the pages for Node, and returns them rendered. */
export async function drawPages(root: string): Promise<DrawnPage[]> {
  const parent = join(root, 'node_modules/.deskbell')
  await mkdir(parent, { recursive: true })
  const outDir = await mkdtemp(join(parent, 'drawn-'))
  try {
    await build({
      root,
      configFile: false,
      publicDir: false,
      logLevel: 'error',
      plugins: [react(), lingui({ cwd: root, macroTransform: true })],
      build: { ssr: 'src/prerender.tsx', outDir, emptyOutDir: true, minify: false },
    })
    const drawn: typeof import('../src/prerender.tsx') = await import(pathToFileURL(join(outDir, 'prerender.js')).href)
    return await drawn.drawPages()
  } finally {
    await rm(outDir, { recursive: true, force: true })
  }
}
