import { defineConfig } from 'vite'

const server = process.env['DESKBELL_URL'] ?? 'http://localhost:8080'

/**
 * Serves the page and Deskbell from one origin, as a reverse proxy does, so that the browser keeps the session cookie.
 */
export default defineConfig({
  server: { proxy: { '/trpc': { target: server, ws: true, changeOrigin: true, headers: { origin: server } } } },
})
