import { z } from 'zod'
import { chatIdSchema } from './ids.ts'

/**
 * The caller is typing in this chat. Sent at the first letter, and then every `typingRepeatMs` while typing continues.
 */
export const typingInputSchema = z.strictObject({ chatId: chatIdSchema })
export type TypingInput = z.output<typeof typingInputSchema>
