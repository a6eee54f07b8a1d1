/**
 * Imports code that is loaded later: `importCode(() => import('./part.ts'))`. A browser may remember that a file could
 * not be had, and never ask again under the same address; so a second attempt goes by another one.
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

/** Browsers name the file in their message, each in its own words; Safari does not. Only a page has an origin. */
function addressIn(error: unknown): string | null {
  const origin: unknown = Reflect.get(globalThis, 'origin')
  if (typeof origin !== 'string' || !(error instanceof Error)) return null
  const address = /https?:\/\/\S+?\.js/.exec(error.message)?.[0]
  return address?.startsWith(`${origin}/`) ? address : null
}
