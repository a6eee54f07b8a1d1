import type { Plugin } from 'vite'

/** Without a build no page is drawn; the colours and the language are set by the same script, a moment later. */
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
