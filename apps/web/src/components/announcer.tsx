import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react'

type Announce = (text: string, urgency?: 'polite' | 'assertive') => void

const AnnouncerContext = createContext<Announce>(() => undefined)

/** Says a text to people who hear the page instead of seeing it. */
export function useAnnounce(): Announce {
  return useContext(AnnouncerContext)
}

type Spoken = { readonly id: number; readonly text: string; readonly urgency: 'polite' | 'assertive' }

/** Long enough to be picked up, short enough not to be met again while reading the page. */
const keptMs = 5_000

/** The page's two live regions. They exist before their first text, or it would not be read. */
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
