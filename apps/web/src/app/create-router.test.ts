import type { UserId } from '@deskbell/contract/ids'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Path } from '../lib/navigation.ts'
import { createRouter } from './create-router.ts'
import { type Known, type Route, routeOf } from './route.ts'

/** The browser's history, as far as a page can see it. */
let places: string[]
let popped: () => void

beforeEach(() => {
  places = ['/']
  vi.stubGlobal('location', {
    get pathname() {
      return new URL(places.at(-1) ?? '', 'http://desk').pathname
    },
    get search() {
      return new URL(places.at(-1) ?? '', 'http://desk').search
    },
  })
  vi.stubGlobal('history', {
    pushState: (_: null, __: string, to: string) => void places.push(to),
    replaceState: (_: null, __: string, to: string) => void places.splice(-1, 1, to),
  })
  vi.stubGlobal('window', { addEventListener: (_: 'popstate', listener: () => void) => (popped = listener) })
})

const known: Known = { hints: { client: 7 as UserId }, lastRole: null, roleOf: () => null }

/** Pages are their names. Those in `slow` come when they are let go. */
function start(slow: Partial<Record<Route['page'], Promise<string>>> = {}) {
  return createRouter<string>({ routeOf: () => routeOf(location, known), load: ({ page }) => slow[page] ?? page })
}

test('[WEB-2] shows what the address asks for, and follows it forth and back', () => {
  const router = start()
  const seen: unknown[] = []
  router.subscribe(() => seen.push(router.getSnapshot()?.page))
  expect(router.getSnapshot()?.page).toBe('home')
  router.navigate('/login')
  places.pop()
  popped()
  expect(seen).toEqual(['clientLogin', 'home'])
})

test('[WEB-2] an address of somebody else is replaced, so that Back does not lead to it', () => {
  places = ['/', '/chats/8?chat=1']
  expect(start().getSnapshot()?.route).toMatchObject({ page: 'chats', seat: { userId: 7 }, search: {} })
  expect(places).toEqual(['/', '/chats/7?chat=1'])
})

test.each<[Path, { replace?: boolean }, string[]]>([
  ['/login', {}, ['/', '/login']],
  ['/login', { replace: true }, ['/login']],
  ['/', {}, ['/']],
])('[WEB-2] going to %s with %j leaves the history %j', (to, options, left) => {
  start().navigate(to, options)
  expect(places).toEqual(left)
})

test('[WEB-2] the page before stays until the next is there, and a late one is not shown', async () => {
  const login = Promise.withResolvers<string>()
  const router = start({ clientLogin: login.promise })
  router.navigate('/login')
  expect(router.getSnapshot()?.page).toBe('home')
  router.navigate('/nowhere' as Path)
  login.resolve('late')
  await login.promise
  expect(router.getSnapshot()?.page).toBe('notFound')
  router.navigate('/login')
  await login.promise
  expect(router.getSnapshot()?.page).toBe('late')
})
