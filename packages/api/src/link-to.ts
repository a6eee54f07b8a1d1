/** Makes the absolute URL of a page with a secret in its fragment. Uses the configured address only, never the `Host` of a request. */
export function linkTo(publicUrl: string | undefined, page: `/${string}`, token: string): string {
  return `${new URL(page, publicUrl ?? 'http://localhost').href}#${token}`
}
