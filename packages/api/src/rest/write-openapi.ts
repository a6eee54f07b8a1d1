import { writeFile } from 'node:fs/promises'
import { appRouter } from '../router.ts'
import { openApiText } from './openapi-text.ts'

/** `pnpm docs:generate` runs this; a test compares the file with the router. */
await writeFile(new URL('../../openapi.json', import.meta.url), openApiText(appRouter))
