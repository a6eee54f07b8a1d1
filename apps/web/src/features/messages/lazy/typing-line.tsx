import { Trans } from '@lingui/react/macro'
import { useEffect, useState } from 'react'
import { type TypingInput, typingNames } from './typing-names.ts'

export type TypingLineProps = TypingInput

/** Screen readers announce it once in this time, and not again after every pause between two words. */
const quietMs = 20_000

/** Shown below the messages: who is typing. */
export function TypingLine(input: TypingLineProps) {
  const names = typingNames(input)
  const someone = names.length > 0
  const quiet = useQuiet(someone)
  return (
    <p
      role="status"
      aria-live={quiet ? 'off' : 'polite'}
      className="flex h-5 min-w-0 items-center gap-2 text-meta text-ink-2"
    >
      {someone && (
        <>
          <Dots />
          <span className="animate-fade truncate">
            <TypingText names={names} />
          </span>
        </>
      )}
    </p>
  )
}

function TypingText({ names: [first, second] }: { readonly names: readonly (string | null)[] }) {
  if (second !== undefined) return <Trans>Several people are typing…</Trans>
  if (first === null) return <Trans>Support is typing…</Trans>
  const name = <bdi>{first}</bdi>
  return <Trans>{name} is typing…</Trans>
}

function Dots() {
  return (
    <span aria-hidden="true" className="flex gap-0.5">
      {['', '[animation-delay:150ms]', '[animation-delay:300ms]'].map((delay) => (
        <span key={delay} className={`size-1 rounded-full bg-ink-3 motion-safe:animate-typing ${delay}`} />
      ))}
    </span>
  )
}

function useQuiet(someone: boolean): boolean {
  const [quiet, setQuiet] = useState(false)
  useEffect(() => {
    if (!quiet) return
    const timer = setTimeout(() => setQuiet(false), quietMs)
    return () => clearTimeout(timer)
  }, [quiet])
  useEffect(() => {
    // From the end of the first time on, so that the text is not removed from a region that is being read.
    if (someone) return () => setQuiet(true)
    return undefined
  }, [someone])
  return quiet
}
