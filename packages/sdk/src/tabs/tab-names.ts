/** The channel of one guest and its host, and the lock that the guest holds as long as it lives. */
export function pairName(hall: string, tab: string): string {
  return `${hall}#${tab}`
}
