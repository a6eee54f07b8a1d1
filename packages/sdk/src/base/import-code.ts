/**
 * Imports code that is loaded on demand: `importCode(() => import('./part.ts'))`. A browser may remember that a file
 * failed to load and never request its address again, so a second attempt uses another address. Rejects if that fails
 * too.
 */
export async function importCode<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    const address = addressIn(error)
    if (address === null) throw error
    attempts += 1
    const again: Module = await import(/* @vite-ignore */ `${address}?again=${attempts}`)
    return again
  }
}

let attempts = 0

/**
 * Returns the file's address from the browser's message; null in Safari, which does not name it, and outside a page.
 */
function addressIn(error: unknown): string | null {
  const origin: unknown = Reflect.get(globalThis, 'origin')
  if (typeof origin !== 'string' || !(error instanceof Error)) return null
  const address = /https?:\/\/\S+?\.js/.exec(error.message)?.[0]
  return address?.startsWith(`${origin}/`) ? address : null
}
