import type { FileToSend } from '@deskbell/sdk'
import { useMemo, useState } from 'react'
import { type DraftPlace, draftKey } from './draft-place.ts'

/** The files of the message that is being written. */
export type AttachedFiles = { readonly files: readonly File[]; readonly set: (files: readonly File[]) => void }

/**
 * The files of messages that were not sent, by the place of the draft or by the `clientMsgId` of a message that waits for its chat. In
 * memory and bounded, the oldest go first: a browser keeps a choice no longer than the page.
 */
const chosen = new Map<unknown, readonly File[]>()
const chosenMax = 50

/** What the sender says of an image, for those who do not see it. */
export const altTexts = new WeakMap<File, string>()

/** The files as they are sent. */
export function filesToSend(files: readonly File[]): FileToSend[] {
  return files.map((file) => ({ file, alt: altTexts.get(file) }))
}

export function chosenFiles(key: unknown): readonly File[] {
  return chosen.get(key) ?? []
}

export function chooseFiles(key: unknown, files: readonly File[]): void {
  chosen.delete(key)
  if (files.length > 0) chosen.set(key, files)
  if (chosen.size > chosenMax) chosen.delete(chosen.keys().next().value)
}

/** Adds files to a draft. */
export function appendFiles(place: DraftPlace, files: readonly File[]): void {
  const key = draftKey(place)
  chooseFiles(key, [...chosenFiles(key), ...files])
}

export function useAttachedFiles(place: DraftPlace): AttachedFiles {
  const key = draftKey(place)
  const [files, setFiles] = useState(() => chosenFiles(key))
  return useMemo(() => {
    const set = (next: readonly File[]) => {
      chooseFiles(key, next)
      setFiles(next)
    }
    return { files, set }
  }, [key, files])
}
