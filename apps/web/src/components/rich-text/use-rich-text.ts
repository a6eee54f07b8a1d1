import { useStore } from '@deskbell/sdk/react'
import { importPart } from '../../lib/loading/import-part.ts'

export type RichTextParts = typeof import('./rich-text.tsx')['richTextParts']

/**
 * Returns what renders links, markup and large emoji. It is loaded beside the page and not with it, so that the page is
 * shown sooner; until then texts are shown as typed. Null for a text without any of these, and until it is loaded.
 */
export function useRichText(text: string): RichTextParts | null {
  const parts = useStore(store)
  return mayBeRich(text) ? parts : null
}

/** Returns a function that removes the marks from a text. Until the code is loaded, it returns the text as typed. */
export function usePlainText(): (text: string) => string {
  const parts = useStore(store)
  return (text) => (parts !== null && mayBeRich(text) ? parts.plainText(text) : text)
}

/** A cheap check, never false for a text that contains a link, a mark or an emoji. */
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
    // If loading failed, the next text tries again.
    load()
    return () => void listeners.delete(listener)
  },
}

function load(): void {
  if (loaded !== null || loading) return
  loading = true
  importPart(() => import('./rich-text.tsx')).then(
    ({ richTextParts }) => {
      loaded = richTextParts
      for (const listener of [...listeners]) listener()
    },
    () => {
      loading = false
    },
  )
}

// Starts with the page's own code, so that it is loaded before the first message.
if (typeof document !== 'undefined') load()
