import { lingui } from '@lingui/vite-plugin'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { precompress } from './build/precompress.ts'
import { slimRouter } from './build/slim-router.ts'

/** Where `vite dev` finds the server. */
const server = 'http://localhost:8080'

/** Few files compress better than many: what every page needs, what both chat pages need, and the pages themselves. */
const groups = [
  {
    name: 'vendor',
    priority: 3,
    test: /node_modules[\\/](?:\.pnpm[\\/])?(?:react|react-dom|scheduler|@tanstack[\\/+](?:react-router|router-core|history|store|react-store)|@lingui|use-sync-external-store)[\\/@+]|vite[\\/](?:preload-helper|modulepreload)|rolldown[\\/]runtime/,
  },
  {
    name: 'frame',
    priority: 2,
    test: /src[\\/](?:lib[\\/](?:i18n|locale|local-store|error-code)|components[\\/](?:announcer|app-link|brand|button|error-words|icon|notice)|app[\\/](?:env|seat|last-role|chats-search|router|main))\./,
  },
  {
    name: 'chat',
    priority: 1,
    test: /packages[\\/]sdk|@trpc[\\/+](?:client|server)|features[\\/](?:messages[\\/](?!open)|chats[\\/][a-z-]+\.tsx?$)|routes[\\/](?:chats-page|app-frame|use-leave)|components[\\/](?:connection-banner|badge)/,
  },
]

export default defineConfig({
  plugins: [
    react(),
    tailwindcss(),
    lingui({ cwd: import.meta.dirname, macroTransform: true, failOnMissing: true, failOnCompileError: true }),
    slimRouter(),
    precompress(),
  ],
  resolve: {
    alias: [
      // React has this hook of its own since version 18.
      { find: /^use-sync-external-store\/shim$/, replacement: 'react' },
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
