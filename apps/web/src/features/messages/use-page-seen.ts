import { useSyncExternalStore } from 'react'

/** Somebody looks at this page: it is visible and has the focus. */
export function usePageSeen(): boolean {
  return useSyncExternalStore(subscribe, isSeen)
}

function isSeen(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus()
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('focus', listener)
  window.addEventListener('blur', listener)
  document.addEventListener('visibilitychange', listener)
  return () => {
    window.removeEventListener('focus', listener)
    window.removeEventListener('blur', listener)
    document.removeEventListener('visibilitychange', listener)
  }
}
