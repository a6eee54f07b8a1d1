import type { InboxFrame } from '@deskbell/contract/inbox'
import type { Step } from '../streams/frame-sink.ts'

export type InboxStep = Step<InboxFrame>
