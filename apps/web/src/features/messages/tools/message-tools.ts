import { MessageMenu } from './message-menu.tsx'
import { RetractDialog } from './retract-dialog.tsx'

/** Loaded together, when somebody has a message that can be changed. */
export const messageTools = { MessageMenu, RetractDialog }
