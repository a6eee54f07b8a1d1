import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const checkMs = 500

/**
 * npm forwards a SIGTERM, but a killed npm, or a killed shell between npm and us, says nothing:
 * watch both and call `onGone` when one of them is no more.
 */
export function stopWithParents(onGone) {
  const parent = process.ppid
  // Only npm puts a shell in between that lives no longer than npm itself; a person's shell may well be left.
  const grandparent = process.env.npm_lifecycle_event ? parentOf(parent) : null
  const timer = setInterval(() => {
    const isOrphan = process.ppid !== parent || (grandparent !== null && parentOf(parent) !== grandparent)
    if (!isOrphan) return
    clearInterval(timer)
    onGone()
  }, checkMs)
  timer.unref()
}

/** The parent's id of a process, or null when that cannot be known. */
function parentOf(pid) {
  try {
    // The name of the program, in brackets, may hold anything; what we want comes after it.
    if (process.platform === 'linux')
      return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ')[1])
    return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }))
  } catch {
    return null
  }
}
