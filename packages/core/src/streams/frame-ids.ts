import { randomBytes } from 'node:crypto'

/**
 * Returns a function that makes ids for frames without entries: the current cursor and a suffix. A program that moves
 * from one socket to another drops a frame whose id it has seen, so the suffix is unique over all streams of a cursor.
 */
export function createFrameIds(): (cursor: string) => string {
  const stream = randomBytes(4).toString('hex')
  let count = 0
  return (cursor) => {
    count += 1
    return `${cursor}~${stream}.${count}`
  }
}
