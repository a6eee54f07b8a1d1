import type {
  Chat,
  ChatFollower,
  ChatId,
  ConnectionState,
  InboxFollower,
  OutboxState,
  PageOutput,
  Sdk,
  SessionState,
} from '@deskbell/sdk'
import {
  createContext,
  createElement,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { useStore } from './use-store.ts'

export { useStore }

const SdkContext = createContext<Sdk | null>(null)

/** Provides the SDK to all hooks below. The program creates it once, and closes it: the provider does neither. */
export function SdkProvider({ sdk, children }: { sdk: Sdk; children: ReactNode }): ReactNode {
  return createElement(SdkContext.Provider, { value: sdk }, children)
}

/** Returns the SDK of the nearest `SdkProvider`. Throws where there is none. */
export function useSdk(): Sdk {
  const sdk = useContext(SdkContext)
  if (sdk === null) throw new Error('useSdk needs an SdkProvider above it.')
  return sdk
}

/** Returns the state of the connection: whether the program is online, and when it tries again. */
export function useConnection(): ConnectionState {
  return useStore(useSdk().connection)
}

/** Returns whether queued messages would outlive this page. */
export function useOutbox(): OutboxState {
  return useStore(useSdk().outbox)
}

/** Returns who is signed in, according to the server. */
export function useSession(): SessionState {
  return useStore(useSdk().session)
}

/** Options of `useChat`. */
export type ChatOptions = {
  /** A page stored by an earlier run, read when following starts: it is shown while the rest is loaded. */
  readonly remembered?: () => PageOutput | undefined
}

/**
 * Follows a chat while the component is mounted; null before the first effect. Read the timeline with `useStore` in the
 * component that shows it, so that no other renders at each message.
 */
export function useChat(chatId: ChatId, { remembered }: ChatOptions = {}): ChatFollower | null {
  const sdk = useSdk()
  const readRemembered = useLatest(remembered)
  return useFollower(
    useCallback(() => sdk.follow(chatId, { remembered: readRemembered()?.() }), [sdk, chatId, readRemembered]),
  )
}

/** Options of `useInbox`. */
export type InboxOptions = {
  /** Rows stored by an earlier run, read when following starts: they are shown until the server sends newer ones. */
  readonly remembered?: () => readonly Chat[] | undefined
}

/** Follows all chats that the user may see while the component is mounted; null before the first effect. */
export function useInbox({ remembered }: InboxOptions = {}): InboxFollower | null {
  const sdk = useSdk()
  const readRemembered = useLatest(remembered)
  return useFollower(
    useCallback(() => {
      const follower = sdk.inbox()
      follower.recall(readRemembered()?.() ?? [])
      return follower
    }, [sdk, readRemembered]),
  )
}

/** Runs before the first paint, where there is one, so that what a page shows first does not shift. */
const useFirstEffect = 'document' in globalThis ? useLayoutEffect : useEffect

function useFollower<F extends { stop(): void }>(follow: () => F): F | null {
  const [follower, setFollower] = useState<F | null>(null)
  useFirstEffect(() => {
    const next = follow()
    setFollower(next)
    return () => next.stop()
  }, [follow])
  return follower
}

/** Reads the value of the newest render, from effects that do not depend on it. */
function useLatest<T>(value: T): () => T {
  const latest = useRef(value)
  useFirstEffect(() => {
    latest.current = value
  })
  return useCallback(() => latest.current, [])
}
