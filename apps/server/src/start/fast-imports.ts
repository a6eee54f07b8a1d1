import { registerHooks } from 'node:module'

/**
 * Makes the start faster and smaller. To find out whether a file is a module, Node parses all the `exports` of the
 * package around it, for each import. drizzle has a hundred small files and 175 KB of `exports`, which cost 0.6 s and
 * 150 MB of garbage. All its files are modules, so this hook resolves them without that check.
 *
 * Affects only imports after this call. See docs/decisions/0029-quick-imports.md.
 */
export function enableFastImports(): void {
  const resolved = new Map<string, string>()
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const inside = fileInside(specifier, context.parentURL)
      const known = inside ?? resolved.get(specifier)
      if (known !== undefined) return { url: known, format: 'module', shortCircuit: true }
      const result = nextResolve(specifier, context)
      // Only one package imports drizzle, so a specifier resolves to the same file for every importer.
      if (isOfPackage(specifier)) resolved.set(specifier, result.url)
      return result
    },
  })
}

const packageName = 'drizzle-orm'

function isOfPackage(specifier: string): boolean {
  return specifier === packageName || specifier.startsWith(`${packageName}/`)
}

/** Resolves a relative import between files of the package. Returns null for every other import. */
function fileInside(specifier: string, parent: string | undefined): string | null {
  if (!specifier.startsWith('.') || !specifier.endsWith('.js')) return null
  if (parent === undefined || !parent.includes(`/node_modules/${packageName}/`)) return null
  return new URL(specifier, parent).href
}
