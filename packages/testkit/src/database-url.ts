/** The same server and user, another database. */
export function onDatabase(connectionString: string, database: string): string {
  // A unix socket has no host in the address, which URL does not parse: only the path is replaced.
  const [address = '', query] = connectionString.split('?', 2)
  const moved = address.replace(/^(\w+:\/\/[^/]*).*$/, `$1/${encodeURIComponent(database)}`)
  return query === undefined ? moved : `${moved}?${query}`
}

export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
