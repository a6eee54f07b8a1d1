import { spawn } from 'node:child_process'
import { Failure } from './failure.mjs'
import { root } from './paths.mjs'

/** Children that run now, each with the way to stop it. */
const children = new Map()
let stopping = false
const forceMs = 15_000

/** Asks every child to end; a child that stays is killed after a while. Asking again changes nothing. */
export function stopChildren() {
  if (stopping) return
  stopping = true
  if (children.size === 0) process.exit(1)
  for (const stop of children.values()) stop()
  setTimeout(() => {
    for (const child of children.keys()) child.kill('SIGKILL')
  }, forceMs).unref()
}

/** Runs a program with our terminal and returns its exit code. */
export async function run(command, args, options = {}) {
  return (await start(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options })).code
}

/** Like `run`, for work that goes on beside other work: what it says comes in one piece, at its end. */
export async function runBeside(command, args, options = {}) {
  const { code, output } = await start(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  process.stdout.write(output)
  return code
}

/** Runs a program in silence; when it fails, what it said goes into the failure. */
export async function runQuietly(command, args, { what, ...options }) {
  const { code, output } = await start(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  if (code !== 0) throw new Failure(`${what} failed (${command} ended with ${code}):\n${output.trim()}`)
}

/** What a program printed, or null when it failed. */
export async function capture(command, args, options) {
  const { code, output } = await start(command, args, { stdio: ['ignore', 'pipe', 'ignore'], ...options })
  return code === 0 ? output.trim() : null
}

/**
 * Runs a Node program that ends by itself when the channel to us closes: after a signal we close it, and when
 * we are killed the system does. It gets the terminal's Ctrl-C directly, so we send no signal on top.
 */
export async function runAttached(command, args, options = {}) {
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc']
  return (await start(command, args, { stdio, stop: (child) => child.connected && child.disconnect(), ...options }))
    .code
}

function start(command, args, { stop = (child) => child.kill('SIGTERM'), onStart, ...options }) {
  // Killed children would look like a failed step and start the next one.
  if (stopping) return new Promise(() => {})
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, ...options })
    children.set(child, () => stop(child))
    onStart?.(child)
    let output = ''
    const keep = (chunk) => {
      output += chunk
    }
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', keep)
    child.on('error', (error) => {
      children.delete(child)
      reject(new Failure(`${command} cannot be run: ${error.message}`))
    })
    // Once we have closed the channel to a child, there is no 'close'; without one, 'close' also waits for its output.
    child.on(child.channel ? 'exit' : 'close', (code) => {
      children.delete(child)
      if (stopping && children.size === 0) process.exit(code ?? 1)
      resolve({ code: code ?? 1, output })
    })
  })
}
