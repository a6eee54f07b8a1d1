import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toolsDir } from '../paths.mjs'

const retryMs = 100

/** Runs `work` while no other start of this checkout does: two starts at once must not install twice. */
export async function withLock(name, work) {
  mkdirSync(toolsDir, { recursive: true })
  const lock = join(toolsDir, `${name}.lock`)
  while (!take(lock)) await new Promise((resolve) => setTimeout(resolve, retryMs))
  const release = () => rmSync(lock, { force: true })
  process.once('exit', release)
  try {
    return await work()
  } finally {
    process.off('exit', release)
    release()
  }
}

function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (!isHeld(lock)) rmSync(lock, { force: true })
    return false
  }
}

/** The holder may have been killed; an empty file is one that is being written. */
function isHeld(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    if (pid === 0) return true
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
