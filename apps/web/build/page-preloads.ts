import type { Rolldown } from 'vite'

type Bundle = Rolldown.OutputBundle
type Needs = { readonly catalogs: readonly string[]; readonly modules: readonly string[] }

/** The modes of a server have other sign-in pages. */
type Mode = 'open' | 'secure'

const login = { catalogs: ['common', 'pages', 'login'], modules: ['src/app/pages/public/login-page.tsx'] }

/** No page waits for the connection, but each chats page opens it at once. */
const connection = 'packages/sdk/src/connection/create-connection.ts'

const accounts = ['common', 'pages', 'accounts']
const account = { catalogs: [...accounts, 'sign-in'], modules: ['src/app/pages/accounts/account-pages.tsx'] }
const link = { catalogs: [...accounts, 'links'], modules: ['src/app/pages/accounts/account-link-page.tsx'] }

const signInPages: Readonly<Record<Mode, Readonly<Record<string, Needs>>>> = {
  open: { '/login': login, '/login-operator': login },
  secure: { '/login': account, '/login-operator': account, '/setup': link, '/invitation': link, '/reset': link },
}

/** What each page needs before it can be used, and right after. The key is the address, or the role of a chats page. */
const needs: Readonly<Record<string, Needs>> = {
  '/': { catalogs: ['common', 'pages', 'home'], modules: ['src/app/pages/public/home-page.tsx'] },
  client: {
    catalogs: ['common', 'chat'],
    modules: ['src/app/pages/chats-page.tsx', 'src/app/pages/client/client-page.tsx', connection],
  },
  operator: {
    catalogs: ['common', 'chat', 'pages', 'console'],
    modules: ['src/app/pages/chats-page.tsx', 'src/app/pages/operator/operator-page.tsx', connection],
  },
  settings: {
    catalogs: ['common', 'chat', 'pages', 'accounts', 'settings'],
    modules: ['src/app/pages/chats-page.tsx', 'src/app/pages/settings/settings-page.tsx', connection],
  },
}

/** Returns the files of each page in each language, without those that the HTML names already. */
export function pagePreloads(bundle: Bundle, html: string, mode: Mode): Record<string, Record<string, string[]>> {
  const filesOf = ({ catalogs, modules }: Needs, locale: string) => {
    const wanted = [...catalogs.map((name) => `src/locales/${locale}/${name}.po`), ...modules]
    const files = new Set<string>()
    for (const file of Object.values(bundle))
      if (file.type === 'chunk' && file.isEntry) collect(bundle, file.fileName, files)
    for (const module of wanted) collect(bundle, chunkOf(bundle, module).fileName, files)
    return [...files].filter((file) => !html.includes(file)).map((file) => `/${file}`)
  }
  return Object.fromEntries(
    Object.entries({ ...needs, ...signInPages[mode] }).map(([page, need]) => [
      page,
      { en: filesOf(need, 'en'), ru: filesOf(need, 'ru') },
    ]),
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
