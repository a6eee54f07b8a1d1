/** The part of a keyboard event that decides. */
export type ComposerKey = {
  readonly key: string
  readonly shiftKey: boolean
  readonly altKey: boolean
  readonly isComposing: boolean
  readonly keyCode: number
}

/** Safari ends the composition before this event and tells only by this code. */
const composingKeyCode = 229

/** Enter sends, unless it breaks the line or ends the composition of a word. */
export function sends(event: ComposerKey): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.altKey) return false
  return !event.isComposing && event.keyCode !== composingKeyCode
}
