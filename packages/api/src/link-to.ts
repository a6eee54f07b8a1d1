/** Makes the absolute URL of a page with a secret in its fragment. Uses the configured address only, never the `Host` of a request. */
export function linkTo(publicUrl: string | undefined, page: `/${string}`, token: string): string {
  return `${new URL(page, publicUrl ?? 'http://localhost').href}#${token}`
}

/** The host of the configured address. Without one the server is on loopback, where `Host` has been checked. */
export function audienceOf(publicUrl: string | undefined, { host }: { host: string }): string {
  return publicUrl === undefined ? host : new URL(publicUrl).host
}
