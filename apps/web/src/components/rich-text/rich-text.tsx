import type { ReactNode } from 'react'
import type { Inline } from './parse-inline.ts'
import { type Block, type Item, parseMarkup } from './parse-markup.ts'

/** Renders a text with its links and light markup as elements, never as HTML. */
export function RichText({ text }: { text: string }) {
  return (
    <div className="grid gap-1.5">
      <Blocks blocks={parseMarkup(text)} />
    </div>
  )
}

function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return blocks.map((block, index) => <TextBlock key={index} block={block} />)
}

function TextBlock({ block }: { block: Block }): ReactNode {
  switch (block.type) {
    case 'paragraph':
      return (
        <p dir="auto" className="message-lines">
          <Inlines nodes={block.children} />
        </p>
      )
    case 'code':
      return <CodeBlock language={block.language} text={block.text} />
    case 'quote':
      return (
        <blockquote className="grid gap-1.5 border-s-2 border-line-strong ps-3 text-ink-2">
          <Blocks blocks={block.blocks} />
        </blockquote>
      )
    case 'bullets':
      return (
        <ul className="list-disc ps-5">
          <Items items={block.items} />
        </ul>
      )
    case 'numbers':
      return (
        <ol start={block.start} className={`list-decimal ps-7 ${block.end === ')' ? 'list-parenthesis' : ''}`}>
          <Items items={block.items} />
        </ol>
      )
  }
}

function Items({ items }: { items: readonly Item[] }) {
  return items.map((item, index) => (
    <li key={index} dir="auto" className="message-lines">
      <Inlines nodes={item} />
    </li>
  ))
}

/** Long lines scroll, and are not wrapped. */
function CodeBlock({ language, text }: { language: string; text: string }) {
  return (
    <figure className="min-w-0 overflow-hidden rounded-control bg-sunken">
      {language !== '' && <figcaption className="px-3 pt-1.5 text-meta text-ink-3">{language}</figcaption>}
      <pre
        dir="ltr"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable by keyboard
        tabIndex={0}
        className="overflow-x-auto px-3 py-2 font-mono text-small focus-visible:-outline-offset-2"
      >
        <code>{text}</code>
      </pre>
    </figure>
  )
}

function Inlines({ nodes }: { nodes: readonly Inline[] }) {
  return nodes.map((node, index) => <InlineNode key={index} node={node} />)
}

function InlineNode({ node }: { node: Inline }): ReactNode {
  switch (node.type) {
    case 'text':
      return node.text
    case 'link':
      return (
        <a
          href={node.href}
          target="_blank"
          rel="noopener noreferrer"
          className="text-accent-text underline underline-offset-2"
        >
          {node.text}
        </a>
      )
    case 'code':
      return <code className="rounded-chip bg-sunken px-1 font-mono text-[0.9em]">{node.text}</code>
    case 'bold':
      return (
        <strong className="font-semibold">
          <Inlines nodes={node.children} />
        </strong>
      )
    case 'italic':
      return (
        <em className="message-italic">
          <Inlines nodes={node.children} />
        </em>
      )
  }
}

/** Returns the text of a message without its marks: for rows of a list, and for screen readers. */
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

const mostSigns = 3

const base = String.raw`\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?`
/** Characters that are pictures by themselves, by a variation selector, or by a skin tone. */
const picture = String.raw`(?:\p{Emoji_Presentation}\ufe0f?|\p{Extended_Pictographic}(?:\ufe0f|(?=\p{Emoji_Modifier}|\u200d\p{Extended_Pictographic})))\p{Emoji_Modifier}?`
const flag = String.raw`\p{Regional_Indicator}{2}`
const keycap = String.raw`[0-9#*]\ufe0f?\u20e3`
const tags = String.raw`[\u{e0020}-\u{e007e}]+\u{e007f}`
const sign = `(?:${flag}|${keycap}|(?!\\p{Regional_Indicator})${picture}(?:${tags})?(?:\\u200d${base})*)`
const pattern = new RegExp(`^${sign}(?:\\s*${sign}){0,${mostSigns - 1}}$`, 'u')
/** A longer text cannot be three emoji: a family has eleven units, a flag of a region fourteen. */
const unitsMost = 120

/** Returns true for one to three emoji and nothing else. */
export function isEmojiOnly(text: string): boolean {
  return text.length <= unitsMost && pattern.test(text)
}

/** Loaded together, after the page. */
export const richTextParts = { RichText, plainText, isEmojiOnly }
