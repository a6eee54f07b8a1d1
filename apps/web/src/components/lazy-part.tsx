import { Trans } from '@lingui/react/macro'
import { type ComponentType, useEffect, useState } from 'react'
import { checkVersion } from '../lib/app-update.ts'
import { whenIdle } from '../lib/when-idle.ts'
import { Boundary } from './boundary.tsx'
import { noticeActionClass } from './notice.tsx'

const preloads: (() => Promise<unknown>)[] = []

/**
 * A part of a page whose code comes later: when the page rests, or when it is first shown. Without its code it says so
 * in its place, the page around it stands, and it is tried again by a press and when the line is back.
 */
export function lazyPart<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let View: ComponentType<P> | null = null
  const start = async () => {
    View ??= await load()
  }
  preloads.push(start)
  return function LazyPart(props: P) {
    const [state, setState] = useState('loading')
    const attempt = () => {
      start().then(
        () => setState('ready'),
        () => {
          setState('failed')
          // Its file may be gone because a new version was put in place.
          checkVersion()
        },
      )
    }
    useEffect(() => {
      attempt()
      addEventListener('online', attempt)
      return () => removeEventListener('online', attempt)
    }, [])
    if (View === null) return state === 'failed' ? <MissingPart onRetry={attempt} /> : null
    return (
      <Boundary fallback={(retry) => <MissingPart onRetry={retry} />}>
        <View {...props} />
      </Boundary>
    )
  }
}

/** Loads every part while the page rests, so that it is here when the line is not. */
export function usePreloadedParts(): void {
  useEffect(() => {
    whenIdle(() => {
      for (const preload of preloads) preload().catch(() => undefined)
    })
  }, [])
}

/** That its version is outdated is said at the head of the page. */
function MissingPart({ onRetry }: { onRetry: () => void }) {
  return (
    <div role="alert" className="p-3 text-small text-ink-2">
      <Trans>This part couldn’t be loaded. Check your connection.</Trans>{' '}
      <button type="button" className={noticeActionClass} onClick={onRetry}>
        <Trans>Try again</Trans>
      </button>
    </div>
  )
}
