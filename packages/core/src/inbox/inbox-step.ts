import type { InboxFrame } from '@deskbell/contract/inbox'
import type { Step } from '../events/frame-sink.ts'

export type InboxStep = Step<InboxFrame>
