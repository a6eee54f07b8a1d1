/**
 * Returns host, port and database name of a connection string for display, without user and password. A slash or a
 * question mark that is not escaped in a password ends the host, and what follows looks like a name: nothing is shown
 * of an address with an `@` there, or with a port that is no number.
 */
export function databaseLocation(connectionString: string): string {
  const [, authority = '', rest = ''] = /^\w+:\/\/([^/?#]*)(.*)$/s.exec(connectionString) ?? []
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  if (rest.includes('@') || !/^(?:\[[^\]]*\]|[^:]*)(?::\d*)?$/.test(host)) return '(with special characters)'
  const [path = ''] = rest.split(/[?#]/, 1)
  return host === '' ? `a local socket${path}` : `${host}${path}`
}
