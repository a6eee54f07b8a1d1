import { registerHooks } from 'node:module'

/**
 * Spares the start most of its time and memory. To learn whether a file is a module, Node parses all the `exports` of
 * the package around it, for every single import. drizzle has a hundred small files and 175 KB of `exports`, which made
 * 0.6 s and 150 MB of garbage. Its files are modules, so nobody has to look.
 *
 * Only what is imported after this call is quickened: docs/decisions/0029-quick-imports.md.
 */
export function quickenImports(): void {
  const resolved = new Map<string, string>()
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const inside = fileInside(specifier, context.parentURL)
      const known = inside ?? resolved.get(specifier)
      if (known !== undefined) return { url: known, format: 'module', shortCircuit: true }
      const result = nextResolve(specifier, context)
      // One floor alone imports drizzle, so a name leads to the same file from everywhere.
      if (isOfPackage(specifier)) resolved.set(specifier, result.url)
      return result
    },
  })
}

const packageName = 'drizzle-orm'

function isOfPackage(specifier: string): boolean {
  return specifier === packageName || specifier.startsWith(`${packageName}/`)
}

/** What a file of the package means by a relative name. */
function fileInside(specifier: string, parent: string | undefined): string | null {
  if (!specifier.startsWith('.') || !specifier.endsWith('.js')) return null
  if (parent === undefined || !parent.includes(`/node_modules/${packageName}/`)) return null
  return new URL(specifier, parent).href
}
