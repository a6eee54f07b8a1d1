import type { Plugin } from 'vite'

/**
 * Leaves out what the router brings along and these pages never use, about 5 kB of the first load:
 * its own link component (every route object carries it; ours is `components/app-link.tsx`), the scroll restoration
 * (a thread keeps its place by itself) and the stand-in for a hook that React has had since version 18.
 */
const replacements = [
  {
    file: /@tanstack\/react-router\/dist\/esm\/link\.js$/,
    code: `const absent = () => { throw new Error('use AppLink') }
export { absent as Link, absent as composeHandlers, absent as createLink, absent as linkOptions, absent as useLinkProps }`,
  },
  {
    file: /@tanstack\/router-core\/dist\/esm\/scroll-restoration\.js$/,
    code: `const nothing = () => undefined
const storageKey = ''
export { nothing as defaultGetScrollRestorationKey, nothing as getElementScrollRestorationEntry, nothing as setupScrollRestoration, storageKey }`,
  },
  {
    file: /use-sync-external-store\/shim\/with-selector\.js$/,
    code: `import { useCallback, useRef, useSyncExternalStore } from 'react'
export function useSyncExternalStoreWithSelector(subscribe, getSnapshot, _server, selector, isEqual) {
  const last = useRef(undefined)
  const select = useCallback(() => {
    const snapshot = getSnapshot()
    const before = last.current
    if (before !== undefined && before.selector === selector && Object.is(before.snapshot, snapshot)) return before.value
    const next = selector(snapshot)
    const value = before !== undefined && isEqual?.(before.value, next) ? before.value : next
    last.current = { selector, snapshot, value }
    return value
  }, [getSnapshot, selector, isEqual])
  return useSyncExternalStore(subscribe, select)
}`,
  },
]

export function slimRouter(): Plugin {
  const replaced = new Set<RegExp>()
  return {
    name: 'deskbell:slim-router',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      const found = replacements.find(({ file }) => file.test(id))
      if (found === undefined) return null
      replaced.add(found.file)
      return { code: found.code, moduleSideEffects: false }
    },
    // A new version of the router may have moved them: then the build says so and nothing grows unseen.
    buildEnd(error) {
      if (error === undefined && replaced.size < replacements.length)
        this.error('slim-router: a replaced module was not found')
    },
  }
}
