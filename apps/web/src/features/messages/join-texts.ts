/** Puts texts one below the other, without the empty ones. */
export function joinTexts(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n')
}
