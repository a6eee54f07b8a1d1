import { enableFastImports } from './start/fast-imports.ts'

// Static imports load before the first statement runs. So the program is imported dynamically, after the hook.
enableFastImports()
await import('./run-server.ts')
