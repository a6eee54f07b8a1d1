import type { ChatFrame } from '@deskbell/contract/events'
import type { Step } from './frame-sink.ts'

export type ChatStep = Step<ChatFrame>
