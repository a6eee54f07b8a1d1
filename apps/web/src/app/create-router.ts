import type { Store } from '@deskbell/sdk'
import type { Navigate } from '../lib/navigation.ts'
import type { Redirect, Route } from './route.ts'

/** A route, and the loaded page that shows it. */
export type Shown<Page> = { readonly route: Route; readonly page: Page }

/** Null until the first page has been loaded. */
export type Router<Page> = Store<Shown<Page> | null> & { readonly navigate: Navigate }

/** `firstShown`: the first page has been loaded. */
export type StartedRouter<Page> = Router<Page> & { readonly firstShown: Promise<void> }

export type RouterParts<Page> = {
  /** What the present address shows. */
  readonly routeOf: () => Route | Redirect
  /** At once when it was loaded before, so that another chat shows in the same frame. Never rejects. */
  readonly load: (route: Route) => Page | Promise<Page>
}

/**
 * The browser's address as a store of what is shown.
 * The address changes at once; the page before it stays in view until the next one has been loaded, so nothing
 * flashes. Who goes on meanwhile is not taken back by a page that arrives late.
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
    // Where one already is needs no second place in the history.
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
