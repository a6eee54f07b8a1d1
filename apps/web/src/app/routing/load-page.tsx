import type { Role } from '@deskbell/sdk'
import type { ComponentType } from 'react'
import { withCatalogs } from '../../lib/i18n.ts'
import { importPart, whenIdle } from '../../lib/loading/import-part.ts'
import type { Route } from './route.ts'

/** A page that has code of its own: `/chats/{user_id}` is one page for each role. */
export type PageName = Exclude<Route['page'], 'chats'> | Role

export function pageNameOf(route: Route): PageName {
  return route.page === 'chats' ? route.hint.role : route.page
}

const loaders: Record<PageName, () => Promise<ComponentType>> = {
  home: async () => (await withCatalogs(['pages', 'home'], () => import('../pages/public/home-page.tsx'))).HomePage,
  clientLogin: async () => (await loadLoginPages()).ClientLoginPage,
  operatorLogin: async () => (await loadLoginPages()).OperatorLoginPage,
  guestSignIn: async () => (await loadAccountPages()).GuestPage,
  operatorSignIn: async () => (await loadAccountPages()).OperatorSignInPage,
  accountLink: async () =>
    (await withCatalogs(['pages', 'accounts', 'links'], () => import('../pages/accounts/account-link-page.tsx')))
      .AccountLinkPage,
  notFound: async () => (await withCatalogs(['pages'], () => import('../pages/public/public-layout.tsx'))).NotFoundPage,
  client: async () => {
    const [{ ChatsPage }, { ClientPage }] = await Promise.all([
      importPart(() => import('../pages/chats-page.tsx')),
      withCatalogs(['chat'], () => import('../pages/client/client-page.tsx')),
    ])
    return () => (
      <ChatsPage>
        <ClientPage />
      </ChatsPage>
    )
  },
  operator: async () => {
    const [{ ChatsPage }, { OperatorPage }] = await Promise.all([
      importPart(() => import('../pages/chats-page.tsx')),
      withCatalogs(['chat', 'pages', 'console'], () => import('../pages/operator/operator-page.tsx')),
    ])
    return () => (
      <ChatsPage>
        <OperatorPage />
      </ChatsPage>
    )
  },
  settings: async () => {
    const [{ ChatsPage }, { SettingsPage }] = await Promise.all([
      importPart(() => import('../pages/chats-page.tsx')),
      withCatalogs(['chat', 'pages', 'accounts', 'settings'], () => import('../pages/settings/settings-page.tsx')),
    ])
    return () => (
      <ChatsPage>
        <SettingsPage />
      </ChatsPage>
    )
  },
}

const loadLoginPages = () => withCatalogs(['pages', 'login'], () => import('../pages/public/login-page.tsx'))
const loadAccountPages = () =>
  withCatalogs(['pages', 'accounts', 'sign-in'], () => import('../pages/accounts/account-pages.tsx'))

const loaded = new Map<PageName, ComponentType>()

/** Returns the page if it has been loaded; it can then be shown in the same frame. */
export function loadedPage(name: PageName): ComponentType | undefined {
  return loaded.get(name)
}

export async function loadPage(name: PageName): Promise<ComponentType> {
  const page = loaded.get(name) ?? (await loaders[name]())
  loaded.set(name, page)
  return page
}

/** Loads a page that is likely to be opened next, while the browser is idle. */
export function preloadPage(name: PageName): void {
  whenIdle(() => void loadPage(name).catch(() => undefined))
}
