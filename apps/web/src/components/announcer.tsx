import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react'

type Announce = (text: string, urgency?: 'polite' | 'assertive') => void

const AnnouncerContext = createContext<Announce>(() => undefined)

/** Returns a function that announces a text to screen readers. */
export function useAnnounce(): Announce {
  return useContext(AnnouncerContext)
}

type Spoken = { readonly id: number; readonly text: string; readonly urgency: 'polite' | 'assertive' }

/** Long enough for a screen reader to notice, short enough not to be found later while reading the page. */
const keptMs = 5_000

/** Renders the page's two live regions. They must exist before their first text, or it is not announced. */
export function AnnouncerProvider({ children }: { children: ReactNode }) {
  const [spoken, setSpoken] = useState<readonly Spoken[]>([])
  const nextId = useRef(0)
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>())
  const announce = useCallback<Announce>((text, urgency = 'polite') => {
    const id = nextId.current++
    setSpoken((before) => [...before, { id, text, urgency }])
    const timer = setTimeout(() => {
      timers.current.delete(timer)
      setSpoken((before) => before.filter((each) => each.id !== id))
    }, keptMs)
    timers.current.add(timer)
  }, [])
  useEffect(() => {
    const running = timers.current
    return () => running.forEach(clearTimeout)
  }, [])
  return (
    <AnnouncerContext value={announce}>
      {children}
      <Region urgency="polite" spoken={spoken} />
      <Region urgency="assertive" spoken={spoken} />
    </AnnouncerContext>
  )
}

function Region({ urgency, spoken }: { urgency: Spoken['urgency']; spoken: readonly Spoken[] }) {
  return (
    <div className="sr-only" role={urgency === 'polite' ? 'status' : 'alert'} aria-live={urgency}>
      {spoken
        .filter((each) => each.urgency === urgency)
        .map((each) => (
          <p key={each.id}>{each.text}</p>
        ))}
    </div>
  )
}
