import type { Plugin } from 'vite'

/**
 * Vite wraps each `import()` in code that loads the styles and the files of the part beside it. All styles are one
 * file, which the HTML names, and the pages ask for their files themselves: page-preloads.ts. So the wrapper does nothing.
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
  }
}
