import type { ChatFollower, ChatId, PageOutput, Sdk } from '@deskbell/sdk'
import { useEffect } from 'react'
import { readRemembered, remember } from '../../lib/device/storage.ts'
import type { Session } from '../../lib/session.ts'

type Remembered = { readonly chatId: number; readonly page: PageOutput }

/** As many as a follower loads at first. */
const entriesMax = 50
const restMs = 1_000

/** The newest messages of some chats of a session; the chat that was added last is at the end. */
type Pages = { readonly max: number; readonly of: WeakMap<Sdk, Map<number, PageOutput>> }

/** Chats that were left: a user who returns sees them at once. */
const leftPages: Pages = { max: 10, of: new WeakMap() }
/** Chats that the user was about to open. */
const pagesAhead: Pages = { max: 5, of: new WeakMap() }

/**
 * Returns the newest messages of a chat that this page has shown or loaded lately, or of the one that was open last on
 * this device; undefined for any other chat.
 */
export function rememberedPage({ sdk, user: { role, id: userId } }: Session, chatId: number): PageOutput | undefined {
  const page = leftPages.of.get(sdk)?.get(chatId) ?? pagesAhead.of.get(sdk)?.get(chatId)
  if (page !== undefined) return page
  const remembered = readRemembered({ role, userId }, 'messages', isRemembered)
  return remembered?.chatId === chatId ? remembered.page : undefined
}

/**
 * Keeps the newest messages of the open chat: on the device, within a second after a change and when the page is left,
 * and in memory when another chat replaces it.
 */
export function useRememberedPage(
  { sdk, user: { role, id: userId } }: Session,
  chatId: number,
  follower: ChatFollower,
): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const keep = () => {
      clearTimeout(timer)
      timer = undefined
      const page = follower.newestPage(entriesMax)
      if (page !== null) remember({ role, userId }, 'messages', { chatId, page } satisfies Remembered)
    }
    const keepSoon = () => {
      timer ??= setTimeout(keep, restMs)
    }
    const unsubscribe = follower.subscribe(keepSoon)
    // Stores on leaving only what is not stored yet, so that nothing is written again after a sign-out.
    const keepNow = () => timer !== undefined && keep()
    window.addEventListener('pagehide', keepNow)
    return () => {
      unsubscribe()
      window.removeEventListener('pagehide', keepNow)
      clearTimeout(timer)
      keepPage(leftPages, { sdk, chatId, page: follower.newestPage(entriesMax) })
    }
  }, [sdk, role, userId, chatId, follower])
}

/** Fills a high window; earlier entries are loaded with the chat. */
const entriesAhead = 30

/** The chat that is being loaded ahead: one row is reported many times. */
let asked: number | undefined

/** Loads the newest messages of a chat that the user is about to open, so that they are shown at the press. */
export async function loadAhead(session: Session, chatId: ChatId): Promise<void> {
  const { sdk } = session
  if (asked === chatId || sdk.connection.getSnapshot().kind !== 'online') return
  if (rememberedPage(session, chatId) !== undefined) return
  asked = chatId
  try {
    keepPage(pagesAhead, { sdk, chatId, page: await sdk.api.chats.page.query({ chatId, limit: entriesAhead }) })
  } catch {
    // Then the chat is loaded when it is opened, and shows the error.
  }
  if (asked === chatId) asked = undefined
}

/** A null `page` removes what was kept of the chat. */
function keepPage({ of, max }: Pages, { sdk, chatId, page }: { sdk: Sdk } & Kept): void {
  const pages = of.get(sdk) ?? new Map<number, PageOutput>()
  of.set(sdk, pages)
  pages.delete(chatId)
  if (page !== null) pages.set(chatId, page)
  for (const oldest of pages.keys()) if (pages.size > max) pages.delete(oldest)
}

type Kept = { readonly chatId: number; readonly page: PageOutput | null }

/** Only this page writes the value, so it is complete or missing. */
function isRemembered(value: unknown): value is Remembered {
  return typeof Object(value).page?.cursor === 'string'
}
