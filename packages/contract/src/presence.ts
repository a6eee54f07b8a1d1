import { z } from 'zod'
import { chatIdSchema } from './ids.ts'

/** "I am writing in this chat." Sent at the first letter, and again every `typingRepeatMs` while the writing goes on. */
export const typingInputSchema = z.strictObject({ chatId: chatIdSchema })
export type TypingInput = z.output<typeof typingInputSchema>
