import { lingui } from '@lingui/vite-plugin'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { bootInDevelopment } from './build/boot-in-development.ts'
import { finishPages } from './build/finish-pages.ts'
import { plainImports } from './build/plain-imports.ts'
import { reactModules } from './build/react-modules.ts'

/** Where `vite dev` finds the server. */
const server = 'http://localhost:8080'

/** Few files compress better than many: what every page needs, what both chat pages need, and the pages themselves. */
const groups = [
  {
    name: 'vendor',
    priority: 3,
    test: /node_modules[\\/](?:\.pnpm[\\/])?(?:react|react-dom|scheduler|@lingui)[\\/@+]|react:(?:react|scheduler)|vite[\\/](?:preload-helper|modulepreload)|rolldown[\\/]runtime/,
  },
  {
    name: 'frame',
    priority: 2,
    test: /web[\\/](?:index\.html|src[\\/]styles\.css)$|packages[\\/]contract[\\/]src[\\/](?!close-codes|normal-form|visible)|packages[\\/]sdk[\\/]src[\\/](?:base[\\/](?:errors|import-code)|use-store)\.|src[\\/](?:app[\\/](?:routing[\\/])?[a-z-]+|lib[\\/](?:i18n|locale|navigation|offline-error|typed-text|loading[\\/](?:app-update|import-part)|device[\\/]storage)|components[\\/](?:announcer|boundary|brand|button|error-message|icon-shape|navigation|notice))\./,
  },
  // The fields of the sign-in pages and of the console, and the settings that both have.
  {
    name: 'form',
    priority: 2,
    test: /src[\\/](?:components[\\/]form[\\/](?:fields|preferences)|app[\\/]pages[\\/]public[\\/]public-layout)\./,
  },
  {
    name: 'account',
    priority: 2,
    test: /src[\\/](?:components[\\/]accounts[\\/](?!lazy)|app[\\/]pages[\\/]accounts[\\/]form-page)/,
  },
  {
    name: 'connection',
    priority: 2,
    // Nothing is shown or written by it, so no page waits for it.
    test: /packages[\\/]contract[\\/]src[\\/]close-codes\.|packages[\\/]sdk[\\/]src[\\/](?:base[\\/]slots|connection[\\/](?:connection-manager|create-connection)|socket[\\/](?:connection-scope|connection-state|observed-socket|own-connection|socket-connection)|tabs[\\/]tab-browser|transport[\\/](?:http-link|moving-operation))\.|@trpc[\\/]client[\\/]dist[\\/](?:wsLink|unstable-internals)|@trpc[\\/]server[\\/]dist[\\/]asyncGeneratorDelegate/,
  },
  {
    name: 'chat',
    priority: 1,
    // What the SDK loads only when it needs it stays apart: the device's storage, files, sharing with other tabs, HTTP.
    test: /packages[\\/]contract[\\/]src[\\/]visible|packages[\\/]sdk[\\/]src[\\/](?!preload|files[\\/]|outbox[\\/](?:files[\\/](?!files-to-send|file-(?:messages|notes))|storage[\\/](?:database|indexeddb))|connection[\\/]keep-identified|tabs[\\/]|transport[\\/](?:event-stream|http-transport|stream-turns))|@trpc[\\/+](?:client|server)|features[\\/](?:messages[\\/](?!lazy|console)|chats[\\/](?!row-parts)[a-z-]+\.|chats[\\/]own[\\/](?!lazy)|auth[\\/]account-menu)|app[\\/]pages[\\/](?:[a-z-]+\.|client[\\/](?!lazy))|lib[\\/](?:catching-up|day-clock|server-time|session|user-context)|components[\\/](?:avatar|badge|icon|lazy-part|use-format|rich-text[\\/]use-rich-text)/,
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
    reactModules(),
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
