import { readStored, writeStored } from '../../../lib/device/storage.ts'

/** The relevant part of a keyboard event. */
export type PressedKey = { readonly key: string; readonly code: string }

/**
 * Returns the Latin letter of the key. A layout without Latin letters, such as the Russian one, goes by the position of
 * the key; a layout that has them elsewhere, such as AZERTY, by the letter.
 */
export function latinKey({ key, code }: PressedKey): string {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase()
  const isOtherLetter = /^\p{L}$/u.test(key)
  return isOtherLetter && code.startsWith('Key') ? code.slice('Key'.length).toLowerCase() : key
}

/** Returns whether the key is a shortcut of the console. */
export function isShortcut(event: PressedKey): boolean {
  return ['j', 'k', 'r', 'o'].includes(latinKey(event))
}

/** The text typed in a list, and the time of its last letter. */
export type Typed = { readonly text: string; readonly at: number }

type TypedKey = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing' | 'timeStamp'>

/** A letter after a longer pause begins a new word. */
const pauseMs = 800

/** Returns the text with this key appended; null if the key types nothing. */
export function typedNext(typed: Typed, key: TypedKey): Typed | null {
  const isText = [...key.key].length === 1 && !key.ctrlKey && !key.metaKey && !key.altKey && !key.isComposing
  const before = key.timeStamp - typed.at > pauseMs ? '' : typed.text
  if (!isText || (before === '' && key.key === ' ')) return null
  return { text: before + key.key, at: key.timeStamp }
}

/**
 * Returns the index of the next name that starts with the text, wrapping around; -1 for none. A single letter starts
 * after the current row.
 */
export function placeByTyping(names: readonly string[], { text, from }: { text: string; from: number }): number {
  const wanted = folded(text)
  const first = [...text].length === 1 ? from + 1 : Math.max(from, 0)
  for (let step = 0; step < names.length; step += 1) {
    const place = (first + step) % names.length
    if (folded(names[place] ?? '').startsWith(wanted)) return place
  }
  return -1
}

function folded(text: string): string {
  return text.normalize('NFC').toLocaleLowerCase()
}

/** Single letters as shortcuts disturb speech input, so they can be switched off. */
const storageKey = 'deskbell.shortcuts'

export function readShortcuts(): boolean {
  return readStored(storageKey) !== 'off'
}

export function writeShortcuts(on: boolean): void {
  writeStored(storageKey, on ? null : 'off')
}
