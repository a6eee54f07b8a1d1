import { quickenImports } from './quick-imports.ts'

// Static imports load before the first statement runs. So the program is imported dynamically, after the hook.
quickenImports()
await import('./run-server.ts')
