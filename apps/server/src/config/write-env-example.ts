import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { envExample } from './env-example.ts'

// `npm run docs:generate` runs this file. A test compares `.env.example` with the settings.
const root = new URL('../../../../', import.meta.url)
writeFileSync(fileURLToPath(new URL('.env.example', root)), envExample())
