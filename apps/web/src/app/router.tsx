import { useLingui } from '@lingui/react'
import { type ComponentType, useEffect, useLayoutEffect, useRef } from 'react'
import { NavigateContext } from '../lib/navigation.ts'
import { useStore } from '../lib/use-store.ts'
import { ChatsRouteContext, SearchContext } from './chats-route.ts'
import { createRouter, type Router, type StartedRouter } from './create-router.ts'
import { readLastRole, readRoleOf, writeLastRole, writeRoleOf } from './last-role.ts'
import { loadedPage, loadPage, type PageName, pageNameOf, preloadPage } from './load-page.tsx'
import { FailedPage, PageBoundary } from './page-boundary.tsx'
import { pageTitle } from './page-title.ts'
import { forgetReload, reloadOnce } from './reload-once.ts'
import { type Redirect, type Route, routeOf } from './route.ts'
import { readSeatHints } from './seat.ts'

export function createAppRouter(): StartedRouter<ComponentType> {
  const load = async (name: PageName) => {
    try {
      const component = await loadPage(name)
      forgetReload()
      return component
    } catch {
      return reloadOnce() ? await new Promise<never>(() => undefined) : FailedPage
    }
  }
  return createRouter({
    routeOf: presentRoute,
    load: (route) => loadedPage(pageNameOf(route)) ?? load(pageNameOf(route)),
  })
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
  useStartOfPage(shown?.route.page)
  usePageTitle(shown?.route.page)
  usePreloadedNext(shown?.route.page)
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

/** Where people go on from a page. */
const nextPages: { readonly [page in Route['page']]?: PageName } = {
  clientLogin: 'client',
  operatorLogin: 'operator',
}

function usePreloadedNext(page: Route['page'] | undefined): void {
  const next = page === undefined ? undefined : nextPages[page]
  useEffect(() => {
    if (next !== undefined) preloadPage(next)
  }, [next])
}

function usePageTitle(page: Route['page'] | undefined): void {
  const { i18n, _ } = useLingui()
  // Another language is another function.
  useEffect(() => {
    if (page !== undefined && page !== 'chats') document.title = pageTitle(i18n, page)
  }, [i18n, _, page])
}

/** Another page begins at its top, and with its heading where nothing in it takes the focus by itself. */
function useStartOfPage(page: Route['page'] | undefined): void {
  const before = useRef(page)
  useLayoutEffect(() => {
    const isAnother = before.current !== undefined && before.current !== page
    before.current = page
    if (!isAnother) return
    scrollTo(0, 0)
    const { activeElement } = document
    if (activeElement !== null && activeElement !== document.body) return
    const heading = document.querySelector<HTMLElement>('main h1')
    heading?.setAttribute('tabindex', '-1')
    heading?.focus({ preventScroll: true })
  }, [page])
}
