import { altTextCharsMax, fileNameCharsMax } from '@deskbell/contract/limits'

/** Controls, line separators, characters that turn the direction of text or are not seen, and separators of paths. */
const unwanted = /[\p{Cc}\u2028\u2029\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb/\\]/gu

/**
 * Returns the name of a file as it is stored and shown: one line without what could mislead, without a dot at its
 * start, at most 255 characters, with its extension.
 */
export function cleanFileName(given: string): string {
  const name = given
    .toWellFormed()
    .normalize('NFC')
    .replace(unwanted, '')
    .trim()
    .replace(/^[.\s]+/, '')
  const chars = [...name]
  if (chars.length <= fileNameCharsMax) return name === '' ? 'file' : name
  const [extension = ''] = /\.[^.]{1,16}$/u.exec(name) ?? []
  return `${chars.slice(0, fileNameCharsMax - [...extension].length).join('')}${extension}`
}

/** Controls, and characters that turn the direction of text or are not seen. A joiner belongs to many scripts. */
const unseen = /[\p{Cc}\u2028\u2029\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+/gu

/** Returns what is said of an image as it is stored: one line of at most 500 characters. */
export function cleanAltText(given: string): string {
  const text = given.toWellFormed().normalize('NFC').replace(unseen, ' ').trim()
  return [...text].slice(0, altTextCharsMax).join('').trim()
}
