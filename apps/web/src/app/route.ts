import type { Role } from '@deskbell/contract/users'
import type { Path } from '../lib/navigation.ts'
import { type ChatsSearch, chatsPath, parseChatsSearch, signInPath } from './chats-search.ts'
import { chooseSeat, type Seat, type SeatHints } from './seat.ts'

export type ChatsRoute = { readonly page: 'chats'; readonly seat: Seat; readonly search: ChatsSearch }

/** `search`: what the chats page is to show after signing in. */
export type SignInRoute = { readonly page: 'clientLogin' | 'operatorLogin'; readonly search: ChatsSearch }

/** What an address shows. */
export type Route = { readonly page: 'home' | 'notFound' } | SignInRoute | ChatsRoute

/** The address is not for who asks; another one is. */
export type Redirect = { readonly page: 'elsewhere'; readonly to: Path }

export type Address = { readonly pathname: string; readonly search: string }

export type Known = {
  /** Who is signed in here. */
  readonly hints: SeatHints
  /** Which of two sessions this tab used last. */
  readonly lastRole: Role | null
  /** As which role somebody of this id was signed in on this device. */
  readonly roleOf: (userId: string) => Role | null
}

/** Decided before anything is loaded: nobody sees another person's page, not even for a moment. */
export function routeOf({ pathname, search }: Address, known: Known): Route | Redirect {
  const path = pathname.toLowerCase().replace(/(?<=.)\/+$/, '')
  if (path === '/') return { page: 'home' }
  const wanted = parseChatsSearch(search)
  if (path === '/login') return { page: 'clientLogin', search: wanted }
  if (path === '/login-operator') return { page: 'operatorLogin', search: wanted }
  const asked = /^\/chats\/([^/]+)$/.exec(path)?.[1]
  if (asked === undefined) return { page: 'notFound' }
  const seat = chooseSeat(known.hints, asked, known.lastRole)
  if (seat === undefined)
    return { page: 'elsewhere', to: signInPath(known.roleOf(asked) ?? likelyRole(wanted), wanted) }
  if (String(seat.userId) !== asked) return { page: 'elsewhere', to: chatsPath(seat.userId, wanted) }
  return { page: 'chats', seat, search: wanted }
}

/** Links to one chat are what operators give each other; clients have the address of their page. */
function likelyRole({ chat }: ChatsSearch): Role {
  return typeof chat === 'number' ? 'operator' : 'client'
}
