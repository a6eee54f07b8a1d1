import type { Plugin } from 'vite'

/**
 * Vite wraps each `import()` in code that also loads the styles and files of the part. All styles are in one file,
 * which the HTML names, and the pages preload their files (page-preloads.ts). So the wrapper is removed.
 */
export function plainImports(): Plugin {
  return {
    name: 'deskbell:plain-imports',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      if (id !== '\0vite/preload-helper.js') return null
      return 'export const __vitePreload = (load) => load()'
    },
    // `__vitePreload(load, __VITE_PRELOAD__)` calls `load`, and so does `(load)()`, which becomes the import itself.
    renderChunk(code) {
      return code.replaceAll('__vitePreload(', '(').replaceAll(/,\s*__VITE_PRELOAD__\)/g, ')()')
    },
  }
}
