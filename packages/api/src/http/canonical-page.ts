const pages = /^(?:\/|\/login|\/login-operator|\/chats\/[\w.-]+)$/

/**
 * The address of the page that is meant by another spelling: with slashes too many, in upper case, or escaped.
 * Null when the address is canonical already or no page. Always a path of ours: it begins with one slash.
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
