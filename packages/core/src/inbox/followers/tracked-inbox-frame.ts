import type { InboxFrame } from '@deskbell/contract/inbox'
import type { TrackedFrame } from '../../streams/frame-sink.ts'

export type TrackedInboxFrame = TrackedFrame<InboxFrame>
