import { Trans } from '@lingui/react/macro'
import { type ComponentType, useEffect, useState } from 'react'
import { checkVersion } from '../lib/loading/app-update.ts'
import { whenIdle } from '../lib/loading/import-part.ts'
import { Boundary } from './boundary.tsx'
import { noticeActionClass } from './notice.tsx'

const preloads: (() => Promise<unknown>)[] = []

/**
 * Returns a part of a page whose code is loaded when the page is idle, or when it is first shown. If that fails, the
 * part shows an error in its place, and the rest of the page still works. A press or a restored connection retries.
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
          // Its file may be missing because a new version was deployed.
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

/** Loads every part while the page is idle, so that it is there when the connection is not. */
export function usePreloadedParts(): void {
  useEffect(() => {
    whenIdle(() => {
      for (const preload of preloads) preload().catch(() => undefined)
    })
  }, [])
}

/** An outdated version is reported at the top of the page. */
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
