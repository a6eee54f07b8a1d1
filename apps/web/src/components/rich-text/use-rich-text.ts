import { importPart } from '../../lib/import-part.ts'
import { useStore } from '../../lib/use-store.ts'

export type RichTextParts = typeof import('./rich-text-parts.ts')['richTextParts']

/**
 * What shows links, markup and large emoji. It comes beside the page and not with it: the page is sooner there, and a text
 * is shown as it was typed until then. Null for a text that has nothing to be shown otherwise, and while it is not here.
 */
export function useRichText(text: string): RichTextParts | null {
  const parts = useStore(store)
  return mayBeRich(text) ? parts : null
}

/** The words of a text without its marks, as far as that is known yet. */
export function usePlainText(): (text: string) => string {
  const parts = useStore(store)
  return (text) => (parts !== null && mayBeRich(text) ? parts.plainText(text) : text)
}

/** Cheap, and never false for a text that holds a link, a mark or an emoji. */
export function mayBeRich(text: string): boolean {
  return /[*`@]|https?:|www\.|^(?:> |[-+•] |\d+[.)] )|\u20e3|\p{Regional_Indicator}|\p{Extended_Pictographic}/imu.test(
    text,
  )
}

const listeners = new Set<() => void>()
let loaded: RichTextParts | null = null
let loading = false

const store = {
  getSnapshot: () => loaded,
  subscribe: (listener: () => void) => {
    listeners.add(listener)
    // The one that failed without a line is asked for again by the next text.
    load()
    return () => void listeners.delete(listener)
  },
}

function load(): void {
  if (loaded !== null || loading) return
  loading = true
  importPart(() => import('./rich-text-parts.ts')).then(
    ({ richTextParts }) => {
      loaded = richTextParts
      for (const listener of [...listeners]) listener()
    },
    () => {
      loading = false
    },
  )
}

// With the first line of the page's own code, so that it is here before the first message.
if (typeof document !== 'undefined') load()
