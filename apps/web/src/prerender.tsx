import { i18n } from '@lingui/core'
import type { ComponentType } from 'react'
import { renderToString } from 'react-dom/server'
import { App } from './app/app.tsx'
import { type AuthMode, drawFor } from './app/env.ts'
import type { Router } from './app/routing/create-router.ts'
import { loadPage } from './app/routing/load-page.tsx'
import { isTitled, pageTitle } from './app/routing/page-title.ts'
import { type Known, type Route, routeOf } from './app/routing/route.ts'
import { activateLocale, needCatalogs } from './lib/i18n.ts'
import { type Locale, locales } from './lib/locale.ts'

/** The pages that are the same for every first-time visitor. */
const paths = ['/', '/login', '/login-operator']

const stranger = { hints: {}, lastRole: null, roleOf: () => null, only: undefined }

export type DrawnPage = {
  readonly mode: AuthMode
  readonly path: string
  readonly locale: Locale
  readonly title: string
  readonly html: string
}

/** Called by the build: renders these pages in every language, for each mode of the server. */
export async function drawPages(): Promise<DrawnPage[]> {
  const drawn: DrawnPage[] = []
  needCatalogs(['common', 'pages', 'home', 'login', 'accounts', 'sign-in'])
  for (const mode of ['open', 'secure'] as const) {
    drawFor(mode)
    for (const locale of locales) {
      await activateLocale(locale)
      const known: Known = { ...stranger, isSecure: mode === 'secure' }
      for (const path of paths) drawn.push({ mode, locale, path, ...(await draw(path, known)) })
    }
  }
  return drawn
}

async function draw(path: string, known: Known): Promise<{ title: string; html: string }> {
  const route = routeOf({ pathname: path, search: '' }, known)
  if (route.page === 'elsewhere' || !isTitled(route.page)) throw new Error(`${path} is not a page for everybody.`)
  const router = stillRouter(route, await loadPage(route.page))
  return { title: pageTitle(i18n, route.page), html: renderToString(<App router={router} />) }
}

/** Returns a router that shows one page and does not navigate. */
function stillRouter(route: Route, page: ComponentType): Router<ComponentType> {
  const shown = { route, page }
  return { getSnapshot: () => shown, subscribe: () => () => undefined, navigate: () => undefined }
}
