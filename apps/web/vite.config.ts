import { lingui } from '@lingui/vite-plugin'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { bootInDevelopment } from './build/boot-in-development.ts'
import { finishPages } from './build/finish-pages.ts'
import { plainImports } from './build/plain-imports.ts'

/** Where `vite dev` finds the server. */
const server = 'http://localhost:8080'

/** Few files compress better than many: what every page needs, what both chat pages need, and the pages themselves. */
const groups = [
  {
    name: 'vendor',
    priority: 3,
    test: /node_modules[\\/](?:\.pnpm[\\/])?(?:react|react-dom|scheduler|@lingui)[\\/@+]|vite[\\/](?:preload-helper|modulepreload)|rolldown[\\/]runtime/,
  },
  {
    name: 'frame',
    priority: 2,
    test: /web[\\/](?:index\.html|src[\\/]styles\.css)$|packages[\\/]contract[\\/]src[\\/](?!normal-form|visible)|packages[\\/]sdk[\\/]src[\\/]import-code|src[\\/](?:lib[\\/](?:app-update|device-memory|i18n|import-part|locale|local-store|error-code|offline-error|navigation|theme|typed-text|use-store|when-idle)|components[\\/](?:announcer|app-link|boundary|brand|broken-page|button|error-words|icon|notice|translated-text|update-notice)|app[\\/](?:[a-z-]+))\./,
  },
  {
    name: 'line',
    priority: 2,
    // Nothing is shown or written by it, so no page waits for it.
    test: /packages[\\/]sdk[\\/]src[\\/](?:call-slots|create-access|http-link|tabs[\\/](?:hold-lock|tab-browser)|connection[\\/](?:access|connection-state|fallback-rule|line|line-scope|moving-operation|observed-socket|own-line|probe-socket|resume-point|socket-route|split-batch))\.|@trpc[\\/]client[\\/]dist[\\/](?:wsLink|unstable-internals)|@trpc[\\/]server[\\/]dist[\\/]asyncGeneratorDelegate/,
  },
  {
    name: 'chat',
    priority: 1,
    // What the SDK loads only when it needs it, the device's storage, sharing with other tabs and going over HTTP, stays apart.
    test: /packages[\\/]contract[\\/]src[\\/]visible|packages[\\/]sdk[\\/]src[\\/](?!fallback[\\/]|outbox[\\/]indexeddb|tabs[\\/])|@trpc[\\/+](?:client|server)|features[\\/](?:messages[\\/](?!tools|console|left-unsent|printed)|chats[\\/](?!last-words|row-)[a-z-]+\.tsx?$)|routes[\\/](?:app-frame|chats-page|client-[a-z-]+|first-message|list-button|use-[a-z-]+)\.tsx?$|features[\\/]chats[\\/]own[\\/](?!own-chat-list|closed)|features[\\/]auth[\\/]account-menu|lib[\\/](?:catching-up|copy-text|day-clock|server-time|session|tab-memory|until-answered|use-dropped-things)|components[\\/](?:avatar|badge|initials|lazy-part|presence-sign|use-format|rich-text[\\/]use-rich-text)/,
  },
]

export default defineConfig({
  plugins: [
    react(),
    tailwindcss(),
    lingui({ cwd: import.meta.dirname, macroTransform: true, failOnMissing: true, failOnCompileError: true }),
    bootInDevelopment(),
    finishPages(),
    plainImports(),
  ],
  resolve: {
    alias: [
      // React has this hook of its own since version 18.
      { find: /^use-sync-external-store\/shim(?:\/index\.js)?$/, replacement: 'react' },
    ],
  },
  build: {
    // The browsers of `newer-apis.ts` in the testkit, README and docs.
    target: ['chrome117', 'edge117', 'firefox125', 'safari17'],
    manifest: true,
    // Every file has an address of its own: the content security policy allows no data: fonts or scripts.
    assetsInlineLimit: 0,
    // The script in the head of every page asks for what the page needs: build/page-preloads.ts.
    modulePreload: false,
    cssCodeSplit: false,
    rolldownOptions: {
      output: { codeSplitting: { includeDependenciesRecursively: false, groups } },
      // No getter of our libraries does anything: unused reads of them are left out.
      treeshake: {
        propertyReadSideEffects: false,
        moduleSideEffects: [{ test: /[\\/]@trpc[\\/]client[\\/]/, sideEffects: false }],
      },
    },
  },
  server: {
    proxy: { '/api': server, '/trpc': { target: server, ws: true } },
  },
})
