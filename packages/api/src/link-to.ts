import type { Site } from '@deskbell/core/auth/factors/change-factors'

/** Makes the absolute URL of a page with a secret in its fragment. Uses the configured address only, never the `Host` of a request. */
export function linkTo(publicUrl: string | undefined, page: `/${string}`, token: string): string {
  return `${new URL(page, publicUrl ?? loopback).href}#${token}`
}

/** The host of the configured address. Without one the server is on loopback, where `Host` has been checked. */
export function audienceOf(publicUrl: string | undefined, { host }: { host: string }): string {
  return publicUrl === undefined ? host : new URL(publicUrl).host
}

/** Returns the origin of the pages, and the name for which their passkeys are made. The same holds: never the `Host`. */
export function siteOf(publicUrl: string | undefined): Site {
  const { origin, hostname } = new URL(publicUrl ?? loopback)
  return { origin, rpId: hostname }
}

/** Where a server is reached that was told no other address. */
const loopback = 'http://localhost'
