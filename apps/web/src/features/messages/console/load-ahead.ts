import type { ChatId } from '@deskbell/sdk'
import type { Session } from '../../../lib/session.ts'
import { keepPage, pagesAhead, rememberedPage } from '../remembered-page.ts'

/** Fills a high window; earlier entries are loaded with the chat. */
const entries = 30

/** The chat that is being loaded: one row is reported many times. */
let asked: number | undefined

/** Loads the newest messages of a chat that the user is about to open, so that they are shown at the press. */
export async function loadAhead(session: Session, chatId: ChatId): Promise<void> {
  const { sdk } = session
  if (asked === chatId || sdk.connection.getSnapshot().kind !== 'online') return
  if (rememberedPage(session, chatId) !== undefined) return
  asked = chatId
  try {
    keepPage(pagesAhead, { sdk, chatId, page: await sdk.api.chats.page.query({ chatId, limit: entries }) })
  } catch {
    // Then the chat is loaded when it is opened, and shows the error.
  }
  if (asked === chatId) asked = undefined
}
