import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

const require = createRequire(import.meta.url)
const requireOfReactDom = createRequire(require.resolve('react-dom'))

/** React's CommonJS files for production, by the names under which they are imported. */
const files = new Map([
  ['react', fileOf(require, 'react', 'react')],
  ['react/jsx-runtime', fileOf(require, 'react', 'react-jsx-runtime')],
  ['react-dom', fileOf(require, 'react-dom', 'react-dom')],
  ['react-dom/client', fileOf(require, 'react-dom', 'react-dom-client')],
  ['scheduler', fileOf(requireOfReactDom, 'scheduler', 'scheduler')],
])
const prefix = '\0react:'

function fileOf(from: NodeJS.Require, name: string, file: string): string {
  return join(dirname(from.resolve(name)), 'cjs', `${file}.production.js`)
}

/**
 * Turns React's CommonJS files into modules. Otherwise the build keeps all of React, and each use of it is a property of
 * an object. This saves 3 kB of every first load.
 */
export function reactModules(): Plugin {
  return {
    name: 'deskbell:react-modules',
    apply: 'build',
    enforce: 'pre',
    resolveId(source) {
      return files.has(source) ? `${prefix}${source}` : null
    },
    async load(id) {
      const file = id.startsWith(prefix) ? files.get(id.slice(prefix.length)) : undefined
      return file === undefined ? null : asModule(await readFile(file, 'utf8'))
    },
    // Code that takes React as an object keeps all of it. `createContext` needs no `this`.
    transform(code, id) {
      return id.includes('@trpc') ? code.replaceAll('.call(React,', '.call(undefined,') : null
    },
  }
}

/** Each import and each export becomes a name of its own, so that the build leaves out what nobody uses. */
function asModule(source: string): string {
  const withImports = source.replace(/^var (?:\s*\w+ = require\("[\w-]+"\)[,;])+$/gm, (statement) =>
    [...statement.matchAll(/(\w+) = require\("([\w-]+)"\)/g)]
      .map(([, name, from]) => `import * as ${name} from '${from}'`)
      .join('\n'),
  )
  if (withImports.includes('require(')) throw new Error('A file of React imports in another way than it did.')
  const names = [...new Set([...source.matchAll(/\bexports\.(\w+)/g)].map(([, name = '']) => name))]
  const isSetOnce = (name: string) => source.match(new RegExp(`\\bexports\\.${name}\\b`, 'g'))?.length === 1
  const body = withImports
    .replace(/^exports\.(\w+) =/gm, (all, name: string) => (isSetOnce(name) ? `const exported_${name} =` : all))
    .replace(/\bexports\.(\w+)/g, 'exported_$1')
  const variables = names.filter((name) => !isSetOnce(name)).map((name) => `let exported_${name}`)
  const exported = names.map((name) => `export { exported_${name} as ${name} }`)
  return [...variables, body, ...exported].join('\n')
}
