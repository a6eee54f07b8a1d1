import { loadConfig } from './config.ts'

/** For the health check of a container: ends with 0 when the server of these settings can serve. */
const { port } = loadConfig()
const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null)
process.exit(answer?.ok ? 0 : 1)
