/** Line, paragraph and page separators of all kinds; some programs put them between the lines that they copy. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const lineBreaks = /\r\n?|[\u000b\u000c\u001c-\u001e\u0085\u2028\u2029]/g
/** What a terminal sends to change a colour: a mark, as `**` is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const terminalCodes = /\u001b\[[\d;]*[A-Za-z]/g
/** All others may stand between two words. The server takes none of them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const controls = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/g

/** A text from elsewhere with nothing in it that a text field cannot show; what separated words still does. */
export function separated(text: string): string {
  return text.replace(lineBreaks, '\n').replace(terminalCodes, '').replace(controls, ' ')
}

/** The same for a field of one line. */
export function singleLine(text: string): string {
  return separated(text).replace(/[\n\t]+/g, ' ')
}

/** Puts a text in place of the selection, as if it were typed: it can be undone, and the field says that it has changed. */
export function insertText(field: HTMLTextAreaElement | HTMLInputElement, text: string): void {
  field.focus()
  // The one way that keeps what can be undone; there is no other yet.
  if (document.execCommand('insertText', false, text)) return
  field.setRangeText(text, field.selectionStart ?? 0, field.selectionEnd ?? 0, 'end')
  field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText', data: text }))
}

type Paste = {
  readonly currentTarget: HTMLTextAreaElement | HTMLInputElement
  readonly clipboardData: DataTransfer
  preventDefault(): void
}

/** Pastes what `convert` makes of a text in which there is something that a field cannot show. */
export function pasteConverted(event: Paste, convert: (text: string) => string): void {
  const pasted = event.clipboardData.getData('text/plain')
  // The browser knows the ends of lines itself.
  if (separated(pasted) === pasted.replace(/\r\n?/g, '\n')) return
  event.preventDefault()
  insertText(event.currentTarget, convert(pasted))
}
