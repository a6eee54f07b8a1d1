import { AppError } from '@deskbell/contract/errors'
import type { Role } from '@deskbell/contract/users'
import type { Site } from '@deskbell/core/auth/factors/change-factors'

/** The origins at which browsers reach this server. With a `consoleUrl`, operators use that one and clients the other. */
export type Addresses = {
  /** Without it, the scheme and host of each request form its own origin. */
  readonly publicUrl?: string | undefined
  /** Has another host name than `publicUrl`, so that no cookie is sent to both. */
  readonly consoleUrl?: string | undefined
}

/** Returns the one role whose sessions count at this host, in the form of the `Host` header; null where both do. */
export function roleAt({ consoleUrl }: Addresses, host: string): Role | null {
  if (consoleUrl === undefined) return null
  return isHostOf(consoleUrl, host) ? 'operator' : 'client'
}

/** Returns the configured URL of a host. The one of the other role is foreign to it. */
export function urlAt(addresses: Addresses, host: string): string | undefined {
  return urlOf(addresses, roleAt(addresses, host) ?? 'client')
}

/** Returns the configured URL of the pages of a role. */
export function urlOf({ publicUrl, consoleUrl }: Addresses, role: Role): string | undefined {
  return role === 'operator' ? (consoleUrl ?? publicUrl) : publicUrl
}

/** Throws `forbidden` when users of this role have another origin than that of this host. */
export function assertRoleAt(addresses: Addresses, host: string, role: Role): void {
  const only = roleAt(addresses, host)
  if (only !== null && only !== role) {
    throw new AppError('forbidden', { detail: `Users with the role ${role} sign in at another address.` })
  }
}

function isHostOf(url: string, host: string): boolean {
  return new URL(url).hostname === host.replace(/:\d{1,5}$/, '').toLowerCase()
}

/** Makes the absolute URL of an operator's page with a secret in its fragment. Never uses the `Host` of a request. */
export function linkTo(addresses: Addresses, page: `/${string}`, token: string): string {
  return `${new URL(page, urlOf(addresses, 'operator') ?? loopback).href}#${token}`
}

/** The host for which identities are signed. Without a configured one the server is on loopback, where `Host` has been checked. */
export function audienceOf({ publicUrl }: Addresses, { host }: { host: string }): string {
  return publicUrl === undefined ? host : new URL(publicUrl).host
}

/** Returns the origin of the operators' pages, and the name for which their passkeys are made. Never by the `Host`. */
export function siteOf(addresses: Addresses): Site {
  const { origin, hostname } = new URL(urlOf(addresses, 'operator') ?? loopback)
  return { origin, rpId: hostname }
}

/** Where a server is reached that was told no other address. */
const loopback = 'http://localhost'
