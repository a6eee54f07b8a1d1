import { registerHooks } from 'node:module'

/** A change of one source file while it is loaded. The file on disk stays as it is. */
export type SourcePatch = {
  /** Relative to the root of the repository. */
  file: string
  /** Must occur exactly once, or the load fails: a patch must not go stale in silence. */
  find: string
  replace: string
}

const root = new URL('../../../../', import.meta.url).href

/** Patches sources from now on. Call it before they are imported. */
export function patchSources(patches: readonly SourcePatch[]): void {
  const byUrl = Map.groupBy(patches, ({ file }) => root + file)
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      const wanted = byUrl.get(url)
      if (wanted === undefined) return loaded
      const source = wanted.reduce(applyPatch, textOf(loaded.source))
      return { ...loaded, source }
    },
  })
}

export function applyPatch(source: string, { file, find, replace }: SourcePatch): string {
  const parts = source.split(find)
  if (parts.length !== 2) throw new Error(`The patch of ${file} finds its place ${parts.length - 1} times: ${find}`)
  return parts.join(replace)
}

function textOf(source: string | ArrayBuffer | NodeJS.TypedArray | undefined): string {
  if (source === undefined) throw new Error('A patched module has no source.')
  return typeof source === 'string' ? source : new TextDecoder().decode(source)
}
