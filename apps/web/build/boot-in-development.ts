import type { Plugin } from 'vite'

/** Without a build no page is prerendered. The same script sets the colours and the language, a moment later. */
export function bootInDevelopment(): Plugin {
  return {
    name: 'deskbell:boot-in-development',
    apply: 'serve',
    transformIndexHtml: (html) =>
      html
        .replace(
          '<!-- before the styles -->',
          '<script>globalThis.deskbellPreloads = {}</script>\n    <script type="module" src="/src/boot/before-styles.ts"></script>',
        )
        .replace('<!-- drawn pages -->', ''),
  }
}
