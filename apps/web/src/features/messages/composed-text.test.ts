import { messageTextBytesMax } from '@deskbell/contract/limits'
import { messageTextSchema } from '@deskbell/contract/text'
import { expect, test } from 'vitest'
import { composedText, textRoom } from './composed-text.ts'

test.each(['  a\r\nb\rc \n', 'tab\tstays', 'a\u0000b\u001bc\u0085', 'half \ud83d of a sign', '😀'])(
  '[WEB-23] what is sent of %j is what the server takes',
  (typed) => {
    const text = composedText(typed)
    expect(messageTextSchema.parse(text)).toBe(text)
  },
)

test('[WEB-23] the room is shown from four fifths on, in bytes', () => {
  expect(textRoom('a'.repeat(messageTextBytesMax * 0.8 - 1)).kind).toBe('plenty')
  expect(textRoom('я'.repeat(messageTextBytesMax * 0.4 + 1)).kind).toBe('near')
  expect(textRoom('я'.repeat(messageTextBytesMax / 2))).toEqual({ kind: 'near', bytes: messageTextBytesMax })
  expect(textRoom('я'.repeat(messageTextBytesMax / 2 + 1)).kind).toBe('over')
})
