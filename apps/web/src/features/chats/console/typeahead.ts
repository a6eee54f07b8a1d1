/** What was typed in a list, and when the last letter of it. */
export type Typed = { readonly text: string; readonly at: number }

type PressedKey = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing' | 'timeStamp'>

/** After this long a letter begins a new word. */
const pauseMs = 800

/** With this key at its end; null when the key writes nothing. */
export function typedNext(typed: Typed, key: PressedKey): Typed | null {
  const isText = [...key.key].length === 1 && !key.ctrlKey && !key.metaKey && !key.altKey && !key.isComposing
  const before = key.timeStamp - typed.at > pauseMs ? '' : typed.text
  if (!isText || (before === '' && key.key === ' ')) return null
  return { text: before + key.key, at: key.timeStamp }
}

/** The next name that begins so, round from the present one; -1 for none. One letter goes on to the next such name. */
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
