import { quickenImports } from './quick-imports.ts'

// What a file imports is read before its first line runs, so the program itself is a file behind this one.
quickenImports()
await import('./run-server.ts')
