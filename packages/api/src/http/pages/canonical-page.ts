const pages = /^(?:\/|\/login|\/login-operator|\/chats\/[\w.-]+|\/setup|\/invitation|\/reset|\/settings(?:\/[a-z]+)?)$/

/**
 * Returns the canonical URL of a page that is requested with extra slashes, in upper case or percent-encoded. Returns
 * null when the URL is canonical already, or is no page. The result begins with exactly one slash, so a redirect to it
 * cannot leave the server.
 */
export function canonicalPage(requestUrl: string): string | null {
  const [pathname = ''] = requestUrl.split('?', 1)
  const path = decoded(pathname)
    .replace(/\/+/g, '/')
    .replace(/(?<=.)\/$/, '')
    .toLowerCase()
  return path !== pathname && pages.test(path) ? path + requestUrl.slice(pathname.length) : null
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}
