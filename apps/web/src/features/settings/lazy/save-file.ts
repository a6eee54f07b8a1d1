/** Saves a file where the browser keeps downloads. */
export function saveFile(name: string, file: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  // The browser has read it once the download has begun, some time after the press.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
