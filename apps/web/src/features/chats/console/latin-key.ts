/** The part of a keyboard event that decides. */
export type PressedKey = { readonly key: string; readonly code: string }

/**
 * The key by its Latin letter. On a layout that has none, such as the Russian one, by its place on the keyboard;
 * on one that has them elsewhere, such as AZERTY, by the letter.
 */
export function latinKey({ key, code }: PressedKey): string {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase()
  const isOtherLetter = /^\p{L}$/u.test(key)
  return isOtherLetter && code.startsWith('Key') ? code.slice('Key'.length).toLowerCase() : key
}

/** The letters that do something in the console. */
export function isShortcut(event: PressedKey): boolean {
  return ['j', 'k', 'r', 'o'].includes(latinKey(event))
}
