import type { Inline } from './parse-inline.ts'
import { type Block, parseMarkup } from './parse-markup.ts'

/** The words of a message without its marks: for rows of a list, and to be read aloud. */
export function plainText(text: string): string {
  return parseMarkup(text).map(blockText).join('\n')
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return inlineText(block.children)
    case 'code':
      return block.text
    case 'quote':
      return block.blocks.map(blockText).join('\n')
    case 'bullets':
      return block.items.map(inlineText).join('\n')
    case 'numbers':
      return block.items.map((item, index) => `${block.start + index}${block.end} ${inlineText(item)}`).join('\n')
  }
}

function inlineText(nodes: readonly Inline[]): string {
  return nodes.map((node) => ('children' in node ? inlineText(node.children) : node.text)).join('')
}
