import { writeFile } from 'node:fs/promises'
import { appRouter } from '../../router.ts'
import { openApiText } from './openapi-text.ts'

// `pnpm docs:generate` runs this file. A test compares `openapi.json` with the router.
await writeFile(new URL('../../../openapi.json', import.meta.url), openApiText(appRouter))
