import type { Store } from '@deskbell/sdk'
import type { Navigate } from '../../components/navigation.tsx'
import type { Redirect, Route } from './route.ts'

/** A route, and the loaded page that shows it. */
export type Shown<Page> = { readonly route: Route; readonly page: Page }

/** The snapshot is null until the first page has been loaded. */
export type Router<Page> = Store<Shown<Page> | null> & { readonly navigate: Navigate }

/** `firstShown` resolves when the first page has been loaded. */
export type StartedRouter<Page> = Router<Page> & { readonly firstShown: Promise<void> }

export type RouterParts<Page> = {
  /** Returns what the current address shows. */
  readonly routeOf: () => Route | Redirect
  /** Returns a page at once if it was loaded before, so that another chat shows in the same frame. Never rejects. */
  readonly load: (route: Route) => Page | Promise<Page>
}

/**
 * Creates a store of what the browser's address shows. The address changes at once; the previous page stays visible
 * until the next one has been loaded, so nothing flashes. If the user navigates again meanwhile, a page that arrives
 * late is ignored.
 */
export function createRouter<Page>({ routeOf, load }: RouterParts<Page>): StartedRouter<Page> {
  let shown: Shown<Page> | null = null
  let latest = 0
  const listeners = new Set<() => void>()
  let isShown = () => {}
  const firstShown = new Promise<void>((resolve) => {
    isShown = resolve
  })

  const show = (next: Shown<Page>) => {
    shown = next
    isShown()
    for (const listener of [...listeners]) listener()
  }
  const follow = () => {
    const route = routeOf()
    if (route.page === 'elsewhere') return navigate(route.to, { replace: true })
    const asked = ++latest
    const page = load(route)
    if (!(page instanceof Promise)) return show({ route, page })
    void page.then((loaded) => asked === latest && show({ route, page: loaded }))
  }
  const navigate: Navigate = (to, { replace = false } = {}) => {
    // Navigating to the current address adds no entry to the history.
    if (replace || to === location.pathname + location.search) history.replaceState(null, '', to)
    else history.pushState(null, '', to)
    follow()
  }

  window.addEventListener('popstate', follow)
  follow()
  return {
    navigate,
    firstShown,
    getSnapshot: () => shown,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
