import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { withCatalogs } from '../lib/i18n.ts'
import { parseChatsSearch } from './chats-search.ts'
import { readLastRole, writeLastRole } from './last-role.ts'
import { chooseSeat, readSeatHints, type Seat } from './seat.ts'

const rootRoute = createRootRoute({
  notFoundComponent: lazyRouteComponent(
    () => withCatalogs(['pages'], import('./routes/not-found-page.tsx')),
    'NotFoundPage',
  ),
})

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: lazyRouteComponent(() => withCatalogs(['pages'], import('./routes/home-page.tsx')), 'HomePage'),
})

const clientLoginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  component: lazyRouteComponent(() => withCatalogs(['pages'], import('./routes/login-page.tsx')), 'ClientLoginPage'),
})

const operatorLoginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login-operator',
  component: lazyRouteComponent(() => withCatalogs(['pages'], import('./routes/login-page.tsx')), 'OperatorLoginPage'),
})

const chatsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/chats/$userId',
  validateSearch: parseChatsSearch,
  // Decided before anything is loaded: nobody sees another person's page, not even for a moment.
  beforeLoad: ({ params }) => ({ seat: ownSeat(params.userId) }),
  component: lazyRouteComponent(() => import('./routes/chats-page.tsx'), 'ChatsPage'),
})

function ownSeat(asked: string): Seat {
  const seat = chooseSeat(readSeatHints(document.cookie), asked, readLastRole())
  if (seat === undefined) throw redirect({ to: '/login', replace: true })
  if (String(seat.userId) !== asked)
    throw redirect({ to: '/chats/$userId', params: { userId: String(seat.userId) }, replace: true })
  writeLastRole(seat.role)
  return seat
}

const routeTree = rootRoute.addChildren([homeRoute, clientLoginRoute, operatorLoginRoute, chatsRoute])

export function createAppRouter() {
  return createRouter({ routeTree })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
