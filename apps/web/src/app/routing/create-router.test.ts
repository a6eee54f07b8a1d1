import type { UserId } from '@deskbell/contract/ids'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Path } from '../../components/navigation.tsx'
import { createRouter } from './create-router.ts'
import { type Known, type Route, routeOf } from './route.ts'

/** The browser's history, as far as a page can see it; the newest address is last. */
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

const known: Known = {
  hints: { client: 7 as UserId },
  lastRole: null,
  roleOf: () => null,
  isSecure: false,
  only: undefined,
}

/** A page is its name. Those in `slow` load when their promise resolves. */
function start(slow: Partial<Record<Route['page'], Promise<string>>> = {}) {
  return createRouter<string>({ routeOf: () => routeOf(location, known), load: ({ page }) => slow[page] ?? page })
}

test('[WEB-2] shows the page of the address, and follows it back and forth', () => {
  const router = start()
  const seen: unknown[] = []
  router.subscribe(() => seen.push(router.getSnapshot()?.page))
  expect(router.getSnapshot()?.page).toBe('home')
  router.navigate('/login')
  places.pop()
  popped()
  expect(seen).toEqual(['clientLogin', 'home'])
})

test('[WEB-2] the address of another user is replaced, so that Back does not lead to it', () => {
  places = ['/', '/chats/8?chat=1']
  expect(start().getSnapshot()?.route).toMatchObject({ page: 'chats', hint: { userId: 7 }, search: {} })
  expect(places).toEqual(['/', '/chats/7?chat=1'])
})

test.each<[Path, { replace?: boolean }, string[]]>([
  ['/login', {}, ['/', '/login']],
  ['/login', { replace: true }, ['/login']],
  ['/', {}, ['/']],
])('[WEB-2] navigating to %s with %j leaves the history %j', (to, options, left) => {
  start().navigate(to, options)
  expect(places).toEqual(left)
})

test('[WEB-2] the previous page stays until the next is loaded, and a late one is not shown', async () => {
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
