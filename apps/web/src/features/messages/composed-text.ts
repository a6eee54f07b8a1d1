import { messageTextBytesMax } from '@deskbell/contract/limits'

const encoder = new TextEncoder()
/** The count is shown from here on. */
const shownFrom = 0.8

// biome-ignore lint/suspicious/noControlCharactersInRegex: the server refuses them, so pasted ones are dropped
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** What will really be sent: as the server stores it, so that nothing pasted makes it refuse. */
export function composedText(typed: string): string {
  return typed.replace(/\r\n?/g, '\n').replace(controls, '').toWellFormed().trim()
}

export type TextRoom = { readonly kind: 'plenty' } | { readonly kind: 'near' | 'over'; readonly bytes: number }

/** How much of the limit a text takes, in bytes of UTF-8. */
export function textRoom(text: string): TextRoom {
  // Three bytes for each unit is the most, so most texts need no counting.
  if (text.length * 3 < messageTextBytesMax * shownFrom) return { kind: 'plenty' }
  const bytes = encoder.encode(text).length
  if (bytes > messageTextBytesMax) return { kind: 'over', bytes }
  return bytes >= messageTextBytesMax * shownFrom ? { kind: 'near', bytes } : { kind: 'plenty' }
}
