import type { Role } from '@deskbell/contract/users'
import type { Path } from '../lib/navigation.ts'
import { type ChatsSearch, parseChatsSearch } from './chats-search.ts'
import { chooseSeat, type Seat, type SeatHints } from './seat.ts'

export type ChatsRoute = { readonly page: 'chats'; readonly seat: Seat; readonly search: ChatsSearch }

/** What an address shows. */
export type Route = { readonly page: 'home' | 'clientLogin' | 'operatorLogin' | 'notFound' } | ChatsRoute

/** The address is not for who asks; another one is. */
export type Redirect = { readonly page: 'elsewhere'; readonly to: Path }

export type Address = { readonly pathname: string; readonly search: string }

/** Who is signed in here, and which of two sessions this tab used last. */
export type Known = { readonly hints: SeatHints; readonly lastRole: Role | null }

/** Decided before anything is loaded: nobody sees another person's page, not even for a moment. */
export function routeOf({ pathname, search }: Address, known: Known): Route | Redirect {
  const path = pathname.toLowerCase().replace(/(?<=.)\/+$/, '')
  if (path === '/') return { page: 'home' }
  if (path === '/login') return { page: 'clientLogin' }
  if (path === '/login-operator') return { page: 'operatorLogin' }
  const asked = /^\/chats\/([^/]+)$/.exec(path)?.[1]
  if (asked === undefined) return { page: 'notFound' }
  const seat = chooseSeat(known.hints, asked, known.lastRole)
  if (seat === undefined) return { page: 'elsewhere', to: '/login' }
  if (String(seat.userId) !== asked) return { page: 'elsewhere', to: `/chats/${seat.userId}` }
  return { page: 'chats', seat, search: parseChatsSearch(search) }
}
