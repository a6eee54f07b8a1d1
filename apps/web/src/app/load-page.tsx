import type { Role } from '@deskbell/contract/users'
import type { ComponentType } from 'react'
import { withCatalogs } from '../lib/i18n.ts'
import { importPart } from '../lib/import-part.ts'
import { whenIdle } from '../lib/when-idle.ts'
import type { Route } from './route.ts'

/** A page by its code: the two sides of `/chats/{user_id}` have each their own. */
export type PageName = Exclude<Route['page'], 'chats'> | Role

export function pageNameOf(route: Route): PageName {
  return route.page === 'chats' ? route.seat.role : route.page
}

const loaders: Record<PageName, () => Promise<ComponentType>> = {
  home: async () => (await withCatalogs(['pages'], () => import('./routes/home-page.tsx'))).HomePage,
  clientLogin: async () => (await withCatalogs(['pages'], () => import('./routes/login-page.tsx'))).ClientLoginPage,
  operatorLogin: async () => (await withCatalogs(['pages'], () => import('./routes/login-page.tsx'))).OperatorLoginPage,
  notFound: async () => (await withCatalogs(['pages'], () => import('./routes/not-found-page.tsx'))).NotFoundPage,
  client: async () => {
    const [{ ChatsPage }, { ClientPage }] = await Promise.all([
      importPart(() => import('./routes/chats-page.tsx')),
      withCatalogs(['chat'], () => import('./routes/client-page.tsx')),
    ])
    return () => (
      <ChatsPage>
        <ClientPage />
      </ChatsPage>
    )
  },
  operator: async () => {
    const [{ ChatsPage }, { OperatorPage }] = await Promise.all([
      importPart(() => import('./routes/chats-page.tsx')),
      withCatalogs(['chat', 'pages', 'console'], () => import('./routes/console/operator-page.tsx')),
    ])
    return () => (
      <ChatsPage>
        <OperatorPage />
      </ChatsPage>
    )
  },
}

const loaded = new Map<PageName, ComponentType>()

/** The page, if it has been loaded: then it can be shown in the same frame. */
export function loadedPage(name: PageName): ComponentType | undefined {
  return loaded.get(name)
}

export async function loadPage(name: PageName): Promise<ComponentType> {
  const page = loaded.get(name) ?? (await loaders[name]())
  loaded.set(name, page)
  return page
}

/** Loads while nothing else is to do what is likely to be wanted next. */
export function preloadPage(name: PageName): void {
  whenIdle(() => void loadPage(name).catch(() => undefined))
}
