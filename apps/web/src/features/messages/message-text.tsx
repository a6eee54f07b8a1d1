import { memo } from 'react'
import { linkTokens } from './link-tokens.ts'

/** A person's own words: line breaks stay, links are links, and nothing else becomes markup. */
export const MessageText = memo(function MessageText({ text }: { text: string }) {
  return (
    <p dir="auto" className="whitespace-pre-wrap wrap-anywhere">
      {linkTokens(text).map((token, index) =>
        token.type === 'text' ? (
          token.text
        ) : (
          <a
            key={index}
            href={token.href}
            target="_blank"
            rel="noopener noreferrer"
            className="text-accent-text underline underline-offset-2"
          >
            {token.text}
          </a>
        ),
      )}
    </p>
  )
})
