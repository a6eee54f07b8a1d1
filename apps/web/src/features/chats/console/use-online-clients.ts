import { onlineRepeatMs, onlineUsersMax } from '@deskbell/contract/limits'
import { keepPreviousData } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { trpc } from '../../../lib/trpc.ts'

/** However fast rows come and go, the server is asked about others at most this often. */
const changeMs = 1_000

const nobody: ReadonlySet<number> = new Set()

/**
 * Which of these clients are here. Asked again and again while the page is seen, and about other rows a moment after
 * they have come; without a line nobody is said to be here, because nobody knows.
 */
export function useOnlineClients(userIds: readonly number[], isLive: boolean): ReadonlySet<number> {
  const key = useThrottled(
    [...new Set(userIds)]
      .sort((a, b) => a - b)
      .slice(0, onlineUsersMax)
      .join(),
  )
  const asked = useMemo(() => (key === '' ? [] : key.split(',').map(Number)), [key])
  const { data, isError } = trpc.users.online.useQuery(
    { userIds: asked },
    {
      enabled: isLive && asked.length > 0,
      refetchInterval: onlineRepeatMs,
      refetchOnWindowFocus: true,
      staleTime: 0,
      gcTime: 0,
      retry: false,
      placeholderData: keepPreviousData,
    },
  )
  const isKnown = isLive && !isError && data !== undefined
  return useMemo(() => (isKnown ? new Set<number>(data.online) : nobody), [isKnown, data])
}

/** The newest value, at once after a quiet second, and else when the second is over. */
function useThrottled(value: string): string {
  const [taken, setTaken] = useState(value)
  const takenAt = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    if (value === taken) return
    const timer = setTimeout(
      () => {
        takenAt.current = performance.now()
        setTaken(value)
      },
      Math.max(0, takenAt.current + changeMs - performance.now()),
    )
    return () => clearTimeout(timer)
  }, [value, taken])
  return taken
}
