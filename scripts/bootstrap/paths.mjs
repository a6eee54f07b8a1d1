import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
/** What the bootstrap brings and remembers; git ignores it. */
export const toolsDir = join(root, '.tools')
export const modulesDir = join(root, 'node_modules')
