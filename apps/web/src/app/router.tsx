import type { ComponentType } from 'react'
import { withCatalogs } from '../lib/i18n.ts'
import { NavigateContext } from '../lib/navigation.ts'
import { useStore } from '../lib/use-store.ts'
import { ChatsRouteContext, SearchContext } from './chats-route.ts'
import { createRouter, type Router } from './create-router.ts'
import { readLastRole, readRoleOf, writeLastRole, writeRoleOf } from './last-role.ts'
import { FailedPage, PageBoundary } from './page-boundary.tsx'
import { forgetReload, reloadOnce } from './reload-once.ts'
import { type Redirect, type Route, routeOf } from './route.ts'
import { readSeatHints } from './seat.ts'

const loaders: Record<Route['page'], () => Promise<ComponentType>> = {
  home: async () => (await withCatalogs(['pages'], import('./routes/home-page.tsx'))).HomePage,
  clientLogin: async () => (await withCatalogs(['pages'], import('./routes/login-page.tsx'))).ClientLoginPage,
  operatorLogin: async () => (await withCatalogs(['pages'], import('./routes/login-page.tsx'))).OperatorLoginPage,
  notFound: async () => (await withCatalogs(['pages'], import('./routes/not-found-page.tsx'))).NotFoundPage,
  chats: async () => (await import('./routes/chats-page.tsx')).ChatsPage,
}

export function createAppRouter(): Router<ComponentType> {
  const loaded = new Map<Route['page'], ComponentType>()
  const load = async (page: Route['page']) => {
    try {
      const component = await loaders[page]()
      loaded.set(page, component)
      forgetReload()
      return component
    } catch {
      return reloadOnce() ? await new Promise<never>(() => undefined) : FailedPage
    }
  }
  return createRouter({ routeOf: presentRoute, load: (page) => loaded.get(page) ?? load(page) })
}

function presentRoute(): Route | Redirect {
  const hints = readSeatHints(document.cookie)
  const route = routeOf(location, { hints, lastRole: readLastRole(), roleOf: readRoleOf })
  if (route.page === 'chats') {
    writeLastRole(route.seat.role)
    writeRoleOf(route.seat)
  }
  return route
}

/** The page of the present address. */
export function RoutedPage({ router }: { router: Router<ComponentType> }) {
  const shown = useStore(router)
  if (shown === null) return null
  const { route, page: Page } = shown
  return (
    <NavigateContext value={router.navigate}>
      <PageBoundary key={route.page}>
        <ChatsRouteContext value={route.page === 'chats' ? route : null}>
          <SearchContext value={'search' in route ? route.search : {}}>
            <Page />
          </SearchContext>
        </ChatsRouteContext>
      </PageBoundary>
    </NavigateContext>
  )
}
