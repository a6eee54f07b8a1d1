/** Returns host, port and database name of a connection string for display, without user and password. */
export function databasePlace(connectionString: string): string {
  const [, place = ''] = /^\w+:\/\/(?:.*@)?([^?]*)/.exec(connectionString) ?? []
  return place.startsWith('/') || place === '' ? `a local socket${place}` : place
}
