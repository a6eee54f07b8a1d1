/** Returns host, port and database name of a connection string for display, without user and password. */
export function databaseLocation(connectionString: string): string {
  const [, location = ''] = /^\w+:\/\/(?:.*@)?([^?]*)/.exec(connectionString) ?? []
  return location.startsWith('/') || location === '' ? `a local socket${location}` : location
}
