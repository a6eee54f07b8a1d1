import type { TransRenderProps } from '@lingui/react'
import { isValidElement, type ReactNode } from 'react'

/**
 * Every text of the catalogues stands in an element of its own, and other words are another element. A browser that
 * translates pages moves text nodes into its own elements: React would then change the node that is no longer shown,
 * and fail when it removes it.
 */
export function TranslatedText({ translation }: TransRenderProps) {
  return <span key={wordsOf(translation)}>{translation}</span>
}

function wordsOf(node: ReactNode): string {
  if (Array.isArray(node)) return node.map(wordsOf).join('\0')
  if (typeof node === 'string' || typeof node === 'number') return String(node)
  return isValidElement<{ children?: ReactNode }>(node) ? wordsOf(node.props.children) : ''
}
