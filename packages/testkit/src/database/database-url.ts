/** Returns the connection string of another database, on the same server and with the same user. */
export function onDatabase(connectionString: string, database: string): string {
  // The address of a Unix socket has no host, so `URL` cannot parse it.
  const [address = '', query] = connectionString.split('?', 2)
  const moved = address.replace(/^(\w+:\/\/[^/]*).*$/, `$1/${encodeURIComponent(database)}`)
  return query === undefined ? moved : `${moved}?${query}`
}

export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
