import { memo } from 'react'
import { useRichText } from '../../../components/rich-text/use-rich-text.ts'

/**
 * A person's own words. Line breaks stay, links are links, light markup becomes elements, and nothing becomes HTML.
 * The key makes a changed text a new element: a browser that translates pages has put its own into the old one.
 */
export const MessageText = memo(function MessageText({ text }: { text: string }) {
  const rich = useRichText(text)
  if (rich?.isEmojiOnly(text)) {
    return (
      <p key={text} dir="auto" className="text-[2.25rem] leading-tight">
        {text}
      </p>
    )
  }
  if (rich !== null) return <rich.RichText key={text} text={text} />
  return (
    <p key={text} dir="auto" className="message-lines">
      {text}
    </p>
  )
})
