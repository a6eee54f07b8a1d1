import { lingui } from '@lingui/vite-plugin'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { precompress } from './build/precompress.ts'

/** Where `vite dev` finds the server. */
const server = 'http://localhost:8080'

export default defineConfig({
  plugins: [react(), tailwindcss(), lingui({ macroTransform: true, failOnMissing: true, failOnCompileError: true }), precompress()],
  build: {
    target: 'es2023',
    manifest: true,
    // Every file has an address of its own: the content security policy allows no data: fonts or scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { '/api': server, '/trpc': { target: server, ws: true } },
  },
})
