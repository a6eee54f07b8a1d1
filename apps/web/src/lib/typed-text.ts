/** Line, paragraph and page separators of all kinds; some programs put them between the lines that they copy. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it matches control characters on purpose
const lineBreaks = /\r\n?|[\u000b\u000c\u001c-\u001e\u0085\u2028\u2029]/g
/** What a terminal sends to change a colour. It is a mark, as `**` is, and separates no words. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const terminalCodes = /\u001b\[[\d;]*[A-Za-z]/g
/** All other control characters. They may separate words, and the server accepts none of them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const controls = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/g

/** Returns a text without the characters that a text field cannot show. Separated words stay separated. */
export function separated(text: string): string {
  return text.replace(lineBreaks, '\n').replace(terminalCodes, '').replace(controls, ' ')
}

/** Does the same for a single-line field. */
export function singleLine(text: string): string {
  return separated(text).replace(/[\n\t]+/g, ' ')
}

/** Replaces the selection with a text, as if it were typed: it can be undone, and the field sends an `input` event. */
export function insertText(field: HTMLTextAreaElement | HTMLInputElement, text: string): void {
  field.focus()
  // The only way that keeps the undo history; there is no other yet.
  if (document.execCommand('insertText', false, text)) return
  field.setRangeText(text, field.selectionStart ?? 0, field.selectionEnd ?? 0, 'end')
  field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText', data: text }))
}

type Paste = {
  readonly currentTarget: HTMLTextAreaElement | HTMLInputElement
  readonly clipboardData: DataTransfer
  preventDefault(): void
}

/** Pastes `convert` of a text that contains characters a field cannot show. The browser pastes other texts. */
export function pasteConverted(event: Paste, convert: (text: string) => string): void {
  const pasted = event.clipboardData.getData('text/plain')
  // The browser converts line ends itself.
  if (separated(pasted) === pasted.replace(/\r\n?/g, '\n')) return
  event.preventDefault()
  insertText(event.currentTarget, convert(pasted))
}
