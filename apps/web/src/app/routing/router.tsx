import { useStore } from '@deskbell/sdk/react'
import { useLingui } from '@lingui/react'
import { Trans } from '@lingui/react/macro'
import { type ComponentType, type ReactNode, useEffect, useLayoutEffect, useRef } from 'react'
import { Boundary, BrokenPage } from '../../components/boundary.tsx'
import { NavigateContext } from '../../components/navigation.tsx'
import { readAuthMode, readOnlyRole, readOtherOrigin } from '../env.ts'
import { createRouter, type Router, type StartedRouter } from './create-router.ts'
import { loadedPage, loadPage, type PageName, pageNameOf, preloadPage } from './load-page.tsx'
import { isTitled, pageTitle } from './page-title.ts'
import {
  AccountLinkContext,
  ChatsRouteContext,
  type Redirect,
  type Route,
  roleOfPath,
  routeOf,
  SearchContext,
} from './route.ts'
import { readLastRole, readRoleOf, readSessionHints, writeLastRole, writeRoleOf } from './session-hint.ts'

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
    load: (route) => leave() ?? loadedPage(pageNameOf(route)) ?? load(pageNameOf(route)),
  })
}

/** Goes to the other origin when the page is there: the present page stays until then. Returns null when it is here. */
function leave(): Promise<never> | null {
  const [role, only] = [roleOfPath(location.pathname), readOnlyRole()]
  if (!role || !only || role === only) return null
  location.replace(location.href.replace(location.origin, readOtherOrigin))
  return new Promise<never>(() => undefined)
}

function presentRoute(): Route | Redirect {
  const hints = readSessionHints(document.cookie)
  const isSecure = readAuthMode() === 'secure'
  const route = routeOf(location, {
    hints,
    lastRole: readLastRole(),
    roleOf: readRoleOf,
    isSecure,
    only: readOnlyRole(),
  })
  if ('hint' in route) {
    writeLastRole(route.hint.role)
    writeRoleOf(route.hint)
  }
  return route
}

/** Renders the page of the current address. */
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
        <ChatsRouteContext value={'hint' in route ? route : null}>
          <SearchContext value={'search' in route ? route.search : {}}>
            <AccountLinkContext value={'link' in route ? route.link : 'invitation'}>
              <Page />
            </AccountLinkContext>
          </SearchContext>
        </ChatsRouteContext>
      </PageBoundary>
    </NavigateContext>
  )
}

/** The page that users usually open next. */
const nextPages: { readonly [page in Route['page']]?: PageName } = {
  clientLogin: 'client',
  operatorLogin: 'operator',
  guestSignIn: 'client',
  operatorSignIn: 'operator',
  accountLink: 'operator',
}

function usePreloadedNext(page: Route['page'] | undefined): void {
  const next = page === undefined ? undefined : nextPages[page]
  useEffect(() => {
    if (next !== undefined) preloadPage(next)
  }, [next])
}

function usePageTitle(page: Route['page'] | undefined): void {
  const { i18n, _ } = useLingui()
  // `_` changes with the language.
  useEffect(() => {
    if (page !== undefined && isTitled(page)) document.title = pageTitle(i18n, page)
  }, [i18n, _, page])
}

/** Starts a new page at its top, with the focus on its heading unless something in the page takes it. */
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

/** Shows an error page when a page fails while it is shown. */
export function PageBoundary({ children }: { children: ReactNode }) {
  return <Boundary fallback={() => <FailedPage />}>{children}</Boundary>
}

/** A reload also loads new files, if missing ones were the cause. */
export function FailedPage() {
  return <BrokenPage title={<Trans>This page couldn’t be displayed</Trans>} onRetry={() => location.reload()} />
}

/** The address that was reloaded last. It is stored for the tab, so that it survives the reload. */
const storageKey = 'deskbell.reloaded'

/**
 * Reloads the page when a file of it is missing: most likely a new version was deployed since it was loaded. Returns
 * false if this address was reloaded already, or a reload cannot help.
 */
export function reloadOnce(): boolean {
  try {
    if (!navigator.onLine || sessionStorage.getItem(storageKey) === location.href) return false
    sessionStorage.setItem(storageKey, location.href)
  } catch {
    // Without storage the page could reload forever.
    return false
  }
  location.reload()
  return true
}

/** Call it when a page has been loaded, so that a file that is missing later may cause a reload again. */
export function forgetReload(): void {
  try {
    sessionStorage.removeItem(storageKey)
  } catch {
    // Blocked storage contains nothing to remove.
  }
}
