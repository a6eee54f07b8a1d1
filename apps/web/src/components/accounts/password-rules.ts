/** Those of the server, in characters as people count them. */
export const passwordCharsMin = 10
export const passwordCharsMax = 256

/** Returns what is wrong with a password that is chosen. Only the server knows whether it is easy to guess. */
export function passwordFault(password: string): 'short' | 'long' | undefined {
  const { length } = [...password]
  if (length < passwordCharsMin) return 'short'
  return length > passwordCharsMax ? 'long' : undefined
}
