import type { ChatStatus } from '@deskbell/contract/chats'
import type { Role } from '@deskbell/contract/users'

export const userNames = ['owner', 'stranger', 'assigned', 'colleague', 'bystander', 'twin'] as const
export type UserName = (typeof userNames)[number]

type UserFacts = {
  role: Role
  /** The same person in the other role: one address, and in a browser the cookies of both. */
  sameAddressAs?: UserName
}

export const users: Record<UserName, UserFacts> = {
  owner: { role: 'client' },
  stranger: { role: 'client' },
  /** The operator of some chats of the owner. */
  assigned: { role: 'operator' },
  colleague: { role: 'operator' },
  /** An operator who never acts, so no client may ever receive its name. */
  bystander: { role: 'operator' },
  twin: { role: 'client', sameAddressAs: 'colleague' },
}

/** Sessions that are none: `ended` and `expired` were the owner's. */
const signedOutNames = ['nobody', 'ended', 'expired'] as const

export type CallerName = UserName | (typeof signedOutNames)[number]

/** The bystander only follows. */
export const callerNames: readonly CallerName[] = [
  ...signedOutNames,
  ...userNames.filter((name) => name !== 'bystander'),
]

export function isUser(caller: CallerName): caller is UserName {
  return caller in users
}

/** The role of a caller; null without a valid session. */
export function roleOf(caller: CallerName): Role | null {
  return isUser(caller) ? users[caller].role : null
}

type ChatFacts = {
  /** Null for a chat that does not exist. */
  client: UserName | null
  operator: UserName | null
  status: ChatStatus
}

const chatNames = ['open', 'queue', 'closed', 'foreign', 'twins', 'missing'] as const
export type ChatName = (typeof chatNames)[number]

export const chats: ReadonlyMap<ChatName, ChatFacts> = new Map<ChatName, ChatFacts>([
  ['open', { client: 'owner', operator: 'assigned', status: 'open' }],
  ['queue', { client: 'owner', operator: null, status: 'open' }],
  ['closed', { client: 'owner', operator: 'assigned', status: 'closed' }],
  ['foreign', { client: 'stranger', operator: null, status: 'open' }],
  ['twins', { client: 'twin', operator: null, status: 'open' }],
  ['missing', { client: null, operator: null, status: 'open' }],
])

export function factsOf(name: ChatName): ChatFacts {
  const facts = chats.get(name)
  if (facts === undefined) throw new Error(`There is no chat ${name}.`)
  return facts
}

/** An id that no chat and no message has. */
export const missingId = 2 ** 52
