/**
 * Imports a file of the page: `importPart(() => import('./part.ts'))`.
 * A browser may remember that a file could not be had, and never ask again under the same address; so a second attempt
 * goes by another one.
 */
export async function importPart<Module>(load: () => Promise<Module>): Promise<Module> {
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

/** Browsers name the file in their message, each in its own words; Safari does not. */
function addressIn(error: unknown): string | null {
  const address = error instanceof Error ? /https?:\/\/\S+?\.js/.exec(error.message)?.[0] : undefined
  return address?.startsWith(`${location.origin}/`) ? address : null
}
