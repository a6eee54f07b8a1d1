import { loadConfig } from './config/config.ts'

/** The health check of a container. Exits with 0 when `/readyz` of the local server succeeds, else with 1. */
const { port } = loadConfig()
const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null)
process.exit(answer?.ok ? 0 : 1)
