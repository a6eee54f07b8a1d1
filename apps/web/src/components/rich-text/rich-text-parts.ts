import { isEmojiOnly } from './emoji-only.ts'
import { plainText } from './plain-text.ts'
import { RichText } from './rich-text.tsx'

/** Loaded together, beside the page. */
export const richTextParts = { RichText, plainText, isEmojiOnly }
