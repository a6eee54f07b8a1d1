const hues = 12

/** The first letters of the first and the last word: `Анна Мария Петрова` → `АП`. */
export function initials(name: string): string {
  const words = name.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word))
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(firstLetter)
  return letters.join('') || '?'
}

/** One of twelve hues, always the same for one id. */
export function hueOf(id: number): number {
  return (Math.imul(id % 2 ** 31, 2_654_435_761) >>> 16) % hues
}

function firstLetter(word: string | undefined): string {
  return /[\p{L}\p{N}]/u.exec(word ?? '')?.[0].toLocaleUpperCase() ?? ''
}
