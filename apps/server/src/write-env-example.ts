import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { envExample } from './env-example.ts'

/** `pnpm docs:generate` runs this; a test compares the file with the settings. */
const root = new URL('../../../', import.meta.url)
writeFileSync(fileURLToPath(new URL('.env.example', root)), envExample())
