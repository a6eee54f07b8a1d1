/** Where a connection string leads, for people: host, port and name, never the user and the password. */
export function databasePlace(connectionString: string): string {
  const [, place = ''] = /^\w+:\/\/(?:.*@)?([^?]*)/.exec(connectionString) ?? []
  return place.startsWith('/') || place === '' ? `a local socket${place}` : place
}
