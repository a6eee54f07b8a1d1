import { type RefObject, useEffect, useState } from 'react'
import { dayClass } from '../message-list/day-separator.tsx'

const shownMs = 1_200

export type FloatingDayProps = { readonly boxRef: RefObject<HTMLElement | null> }

/**
 * Shows the day of the visible messages at the top while the user scrolls, and soon disappears. There is only one, so
 * days never overlap, and it covers no text that is being read.
 */
export function FloatingDay({ boxRef }: FloatingDayProps) {
  const [day, setDay] = useState('')
  useEffect(() => {
    const box = boxRef.current
    if (box === null) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const onScroll = () => {
      clearTimeout(timer)
      timer = setTimeout(() => setDay(''), shownMs)
      setDay(dayAbove(box))
    }
    box.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      clearTimeout(timer)
      box.removeEventListener('scroll', onScroll)
    }
  }, [boxRef])
  if (day === '') return null
  return (
    <p aria-hidden="true" className={`pointer-events-none absolute inset-x-0 top-2 mx-auto animate-fade ${dayClass}`}>
      {day}
    </p>
  )
}

/** Returns the day whose separator is above the upper edge; empty at the newest messages, where it is not needed. */
function dayAbove(box: HTMLElement): string {
  if (box.scrollHeight - box.scrollTop - box.clientHeight < 80) return ''
  const edge = box.getBoundingClientRect().top
  const lines = [...box.querySelectorAll<HTMLElement>('[data-day]')]
  const next = lines.find((line) => line.getBoundingClientRect().bottom > edge)
  // The next separator is about to replace the floating one.
  if (next !== undefined && next.getBoundingClientRect().top < edge + 40) return ''
  return lines.findLast((line) => line.getBoundingClientRect().bottom <= edge)?.textContent ?? ''
}
