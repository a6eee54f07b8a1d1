/** The part of a keyboard event that decides. */
export type ComposerKey = {
  readonly key: string
  /** The key's place, whatever the layout writes there. */
  readonly code?: string
  readonly shiftKey: boolean
  readonly altKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly isComposing: boolean
  readonly keyCode: number
}

export type ComposerAction = 'submit' | 'break' | 'escape' | 'arrow-up' | 'undo' | 'none'

/** Safari ends the composition before this event and tells only by this code. */
const composingKeyCode = 229

/** What a key means in the composer. While a word is being composed its keys belong to the input method. */
export function composerAction(event: ComposerKey, text: string): ComposerAction {
  if (event.isComposing || event.keyCode === composingKeyCode) return 'none'
  if (event.key === 'Enter') {
    // Every browser breaks the line at Shift+Enter, but not at Alt+Enter.
    if (event.shiftKey) return 'none'
    return event.altKey ? 'break' : 'submit'
  }
  if (event.key === 'Escape') return 'escape'
  if (isUndo(event) && text === '') return 'undo'
  const plain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey
  return event.key === 'ArrowUp' && plain && text === '' ? 'arrow-up' : 'none'
}

function isUndo({ key, code, ctrlKey, metaKey, shiftKey, altKey }: ComposerKey): boolean {
  return (ctrlKey || metaKey) && !shiftKey && !altKey && (key.toLowerCase() === 'z' || code === 'KeyZ')
}
