import type { PageOutput } from '@deskbell/contract/events'
import type { ChatFollower, Sdk } from '@deskbell/sdk'
import { useEffect } from 'react'
import { readRemembered, remember } from '../../lib/device-memory.ts'
import type { Session } from '../../lib/session.ts'

type Remembered = { readonly chatId: number; readonly page: PageOutput }

/** As many as a newcomer loads. */
const entriesMax = 50
const restMs = 1_000

/** The chats of a session, the one that was left last at the end: whoever goes back and forth sees them at once. */
const leftChats = new WeakMap<Sdk, Map<number, PageOutput>>()
const leftMax = 10

/** The newest messages of a chat that this page has shown lately, or of the one that was open last on this device. */
export function rememberedPage({ sdk, user: { role, id: userId } }: Session, chatId: number): PageOutput | undefined {
  const page = leftChats.get(sdk)?.get(chatId)
  if (page !== undefined) return page
  const remembered = readRemembered({ role, userId }, 'messages', isRemembered)
  return remembered?.chatId === chatId ? remembered.page : undefined
}

/**
 * Keeps the newest messages of the open chat: on the device when they have rested for a moment and when the page goes,
 * and in memory when another chat takes its place.
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
    // What has not rested yet is kept when the page goes; what was kept is not written again after a sign-out.
    const keepNow = () => timer !== undefined && keep()
    window.addEventListener('pagehide', keepNow)
    return () => {
      unsubscribe()
      window.removeEventListener('pagehide', keepNow)
      clearTimeout(timer)
      keepLeft(sdk, chatId, follower.newestPage(entriesMax))
    }
  }, [sdk, role, userId, chatId, follower])
}

function keepLeft(sdk: Sdk, chatId: number, page: PageOutput | null): void {
  const left = leftChats.get(sdk) ?? new Map<number, PageOutput>()
  leftChats.set(sdk, left)
  left.delete(chatId)
  if (page !== null) left.set(chatId, page)
  for (const oldest of left.keys()) if (left.size > leftMax) left.delete(oldest)
}

/** Written by this page, and by nobody else: it is whole, or it is not there. */
function isRemembered(value: unknown): value is Remembered {
  return typeof Object(value).page?.cursor === 'string'
}
