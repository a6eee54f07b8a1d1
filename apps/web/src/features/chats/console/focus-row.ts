/** Moves the focus to the next or the previous row, or to the first one when none has it. */
export function focusRow(list: HTMLElement, step: 1 | -1): void {
  const rows = [...list.querySelectorAll<HTMLElement>('[data-row]')]
  const focused = document.activeElement
  const present = focused instanceof HTMLElement ? rows.indexOf(focused) : -1
  const selected = rows.findIndex((row) => row.getAttribute('aria-current') === 'true')
  const next = present === -1 ? Math.max(selected, 0) : present + step
  rows[Math.min(Math.max(next, 0), rows.length - 1)]?.focus()
}
