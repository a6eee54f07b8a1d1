import type { Role } from '@deskbell/sdk'
import { createContext, useCallback, useContext } from 'react'
import { type Path, useNavigate } from '../../components/navigation.tsx'
import { chooseSession, type SessionHint, type SessionHints } from './session-hint.ts'

export type ChatsRoute = { readonly page: 'chats'; readonly hint: SessionHint; readonly search: ChatsSearch }

/** `search` is what the chats page shows after signing in. */
export type SignInRoute = {
  readonly page: (typeof signInPages)[keyof typeof signInPages][Role]
  readonly search: ChatsSearch
}

const signInPages = {
  open: { client: 'clientLogin', operator: 'operatorLogin' },
  secure: { client: 'guestSignIn', operator: 'operatorSignIn' },
} as const

/** The link of somebody who gets an account; its token is in the fragment of the address. */
export type AccountLink = 'setup' | 'invitation' | 'reset'
export type AccountLinkRoute = { readonly page: 'accountLink'; readonly link: AccountLink }

const settingsSections = ['account', 'operators', 'keys', 'identity', 'audit'] as const
export type SettingsSection = (typeof settingsSections)[number]

/** The settings of an operator. */
export type SettingsRoute = {
  readonly page: 'settings'
  readonly hint: SessionHint
  readonly section: SettingsSection
  readonly search: ChatsSearch
}

/** What an address shows. */
export type Route = { readonly page: 'home' | 'notFound' } | SignInRoute | AccountLinkRoute | ChatsRoute | SettingsRoute

/** The address belongs to another user, or needs a session; `to` replaces it. */
export type Redirect = { readonly page: 'elsewhere'; readonly to: Path }

export type Address = { readonly pathname: string; readonly search: string }

export type Known = {
  /** The users who are signed in in this browser. */
  readonly hints: SessionHints
  /** The role of the session that this tab used last. */
  readonly lastRole: Role | null
  /** Returns the role in which the user with this id was signed in on this device; null if unknown. */
  readonly roleOf: (userId: string) => Role | null
  /** Operators have accounts. */
  readonly isSecure: boolean
  /** The role that has this origin for itself; undefined where both have it. */
  readonly only: Role | undefined
}

/** Decides before anything is loaded, so that nobody sees another user's page, not even for a moment. */
export function routeOf({ pathname, search }: Address, known: Known): Route | Redirect {
  const path = pathname.toLowerCase().replace(/(?<=.)\/+$/, '')
  if (path === '/') return { page: 'home' }
  const wanted = parseChatsSearch(search)
  const signIn = signInPages[known.isSecure ? 'secure' : 'open']
  if (path === '/login') return { page: signIn.client, search: wanted }
  if (path === '/login-operator') return { page: signIn.operator, search: wanted }
  const ofAccounts = known.isSecure ? accountRoute(path, known.hints) : null
  if (ofAccounts !== null) return ofAccounts
  const asked = /^\/chats\/([^/]+)$/.exec(path)?.[1]
  if (asked === undefined) return { page: 'notFound' }
  const hint = chooseSession(known.hints, asked, known.lastRole)
  if (hint === undefined)
    return { page: 'elsewhere', to: signInPath(known.only ?? known.roleOf(asked) ?? likelyRole(wanted), wanted) }
  if (String(hint.userId) !== asked) return { page: 'elsewhere', to: chatsPath(hint.userId, wanted) }
  return { page: 'chats', hint, search: wanted }
}

/** Returns whose page an address is; undefined for one of both roles. */
export function roleOfPath(path: string): Role | undefined {
  if (/^\/(login)?$/.test(path)) return 'client'
  return /^\/(login-operator|setup|invitation|reset|settings)/.test(path) ? 'operator' : undefined
}

/** Returns null for a page that is none of accounts. */
function accountRoute(path: string, { operator }: SessionHints): Route | Redirect | null {
  if (path === '/setup') return { page: 'accountLink', link: 'setup' }
  if (path === '/invitation') return { page: 'accountLink', link: 'invitation' }
  if (path === '/reset') return { page: 'accountLink', link: 'reset' }
  const [, given] = /^\/settings(?:\/([a-z]+))?$/.exec(path) ?? []
  if (given === undefined) return path === '/settings' ? { page: 'elsewhere', to: '/settings/account' } : null
  const section = settingsSections.find((each) => each === given)
  if (section === undefined) return null
  if (operator === undefined) return { page: 'elsewhere', to: signInPath('operator') }
  return { page: 'settings', hint: { role: 'operator', userId: operator }, section, search: {} }
}

/** Operators share links to one chat; clients have the address of their page. */
function likelyRole({ chat }: ChatsSearch): Role {
  return typeof chat === 'number' ? 'operator' : 'client'
}

/** What `/chats/{user_id}?…` shows. */
export type ChatsSearch = {
  /** The open chat; `new` is the composer that creates one. */
  readonly chat?: number | 'new'
  /** On a phone: shows the client's list instead of the chat. */
  readonly list?: true
}

/** Ignores everything else in the address. */
export function parseChatsSearch(search: string): ChatsSearch {
  const given = new URLSearchParams(search)
  const chat = given.get('chat') ?? ''
  return {
    ...(chat === 'new' ? { chat } : isChatId(chat) ? { chat: Number(chat) } : {}),
    ...(given.get('list') === 'true' ? { list: true } : {}),
  }
}

/** Returns the query with its question mark, or an empty string if it would be empty. */
export function formatChatsSearch({ chat, list }: ChatsSearch): '' | `?${string}` {
  const parts = [...(chat === undefined ? [] : [`chat=${chat}`]), ...(list ? ['list=true'] : [])]
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

export function chatsPath(userId: number, search: ChatsSearch = {}): Path {
  return `/chats/${userId}${formatChatsSearch(search)}`
}

const signInPaths = { client: '/login', operator: '/login-operator' } as const

/**
 * Returns the address of the sign-in page that continues with `search`. It names only a chat and no target address:
 * users always continue on their own page, so no link can lead elsewhere.
 */
export function signInPath(role: Role, search: ChatsSearch = {}): Path {
  return `${signInPaths[role]}${formatChatsSearch(search)}`
}

function isChatId(text: string): boolean {
  return /^[1-9][0-9]*$/.test(text) && Number.isSafeInteger(Number(text))
}

export const ChatsRouteContext = createContext<ChatsRoute | SettingsRoute | null>(null)

/** On the page of a link: which it is. */
export const AccountLinkContext = createContext<AccountLink>('invitation')

/** On a sign-in page: what the chats page shows afterwards. */
export const SearchContext = createContext<ChatsSearch>({})

/** Returns whose page it is and what it shows. Throws outside of a page with a session. */
export function useChatsRoute(): ChatsRoute | SettingsRoute {
  const route = useContext(ChatsRouteContext)
  if (route === null) throw new Error('useChatsRoute needs the chats page above it')
  return route
}

export type NavigateChats = (search: ChatsSearch, options?: { readonly replace?: boolean }) => void

/** Returns a function that shows something else on the same page. The function is the same whatever is shown. */
export function useNavigateChats(): NavigateChats {
  const navigate = useNavigate()
  const { userId } = useChatsRoute().hint
  return useCallback((search, options) => navigate(chatsPath(userId, search), options), [navigate, userId])
}
