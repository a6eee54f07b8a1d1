import type { Rolldown } from 'vite'

type Bundle = Rolldown.OutputBundle
type Needs = { readonly catalogs: readonly string[]; readonly modules: readonly string[] }

const login = { catalogs: ['common', 'pages'], modules: ['src/app/routes/login-page.tsx'] }

/** The connection: no page waits for it, and each opens it at once. */
const line = 'packages/sdk/src/create-access.ts'

/** What each page needs before it can be used, and at once after, by its address, and the chats pages by the role. */
const needs: Readonly<Record<string, Needs>> = {
  '/': { catalogs: ['common', 'pages'], modules: ['src/app/routes/home-page.tsx'] },
  '/login': login,
  '/login-operator': login,
  client: {
    catalogs: ['common', 'chat'],
    modules: ['src/app/routes/chats-page.tsx', 'src/app/routes/client-page.tsx', line],
  },
  operator: {
    catalogs: ['common', 'chat', 'pages', 'console'],
    modules: ['src/app/routes/chats-page.tsx', 'src/app/routes/console/operator-page.tsx', line],
  },
}

/** The files of each page in each language, without those that the HTML names already. */
export function pagePreloads(bundle: Bundle, html: string): Record<string, Record<string, string[]>> {
  const filesOf = ({ catalogs, modules }: Needs, locale: string) => {
    const wanted = [...catalogs.map((name) => `src/locales/${locale}/${name}.po`), ...modules]
    const files = new Set<string>()
    for (const file of Object.values(bundle))
      if (file.type === 'chunk' && file.isEntry) collect(bundle, file.fileName, files)
    for (const module of wanted) collect(bundle, chunkOf(bundle, module).fileName, files)
    return [...files].filter((file) => !html.includes(file)).map((file) => `/${file}`)
  }
  return Object.fromEntries(
    Object.entries(needs).map(([page, need]) => [page, { en: filesOf(need, 'en'), ru: filesOf(need, 'ru') }]),
  )
}

function collect(bundle: Bundle, fileName: string, files: Set<string>): void {
  const chunk = bundle[fileName]
  if (chunk?.type !== 'chunk' || files.has(fileName)) return
  files.add(fileName)
  for (const name of chunk.imports) collect(bundle, name, files)
}

function chunkOf(bundle: Bundle, module: string): Rolldown.OutputChunk {
  for (const file of Object.values(bundle)) {
    if (file.type === 'chunk' && file.moduleIds.some((id) => id.replaceAll('\\', '/').endsWith(module))) return file
  }
  throw new Error(`${module} is in no file of the build.`)
}
