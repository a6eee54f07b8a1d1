import { lingui } from '@lingui/vite-plugin'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { precompress } from './build/precompress.ts'

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
    test: /src[\\/](?:lib[\\/](?:i18n|locale|local-store|error-code|navigation|use-store)|components[\\/](?:announcer|app-link|brand|broken-page|button|error-words|icon|notice)|app[\\/](?:[a-z-]+))\./,
  },
  {
    name: 'chat',
    priority: 1,
    // What the SDK loads only when it needs it, sharing with other tabs and going over HTTP, stays apart.
    test: /packages[\\/]sdk[\\/]src[\\/](?!fallback[\\/]|tabs[\\/](?!hold-lock|tab-browser))|@trpc[\\/+](?:client|server)|features[\\/](?:messages[\\/](?!open|tools)|chats[\\/][a-z-]+\.tsx?$)|routes[\\/](?:chats-page|app-frame|use-leave)|components[\\/](?:connection-banner|badge|presence-sign)/,
  },
]

export default defineConfig({
  plugins: [
    react(),
    tailwindcss(),
    lingui({ cwd: import.meta.dirname, macroTransform: true, failOnMissing: true, failOnCompileError: true }),
    precompress(),
  ],
  resolve: {
    alias: [
      // React has this hook of its own since version 18.
      { find: /^use-sync-external-store\/shim(?:\/index\.js)?$/, replacement: 'react' },
    ],
  },
  build: {
    target: 'es2023',
    manifest: true,
    // Every file has an address of its own: the content security policy allows no data: fonts or scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: { codeSplitting: { groups } },
      // No getter of our libraries does anything: unused reads of them are left out.
      treeshake: { propertyReadSideEffects: false },
    },
  },
  server: {
    proxy: { '/api': server, '/trpc': { target: server, ws: true } },
  },
})
