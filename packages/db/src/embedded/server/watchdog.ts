import type { ChildProcess } from 'node:child_process'
import type { RunAs } from '../run-as.ts'

/*
 * After `kill -9` this process cannot stop its database. So a small shell script reads from a pipe that this process
 * keeps open. When this process ends, for whatever reason, the pipe closes, and the shell stops the server: first with
 * a fast shutdown, after ten seconds with an immediate one.
 */
const script = `
cat >/dev/null
kill -INT "$1" 2>/dev/null
n=0
while [ $n -lt 100 ] && kill -0 "$1" 2>/dev/null; do sleep 0.1; n=$((n+1)); done
kill -QUIT "$1" 2>/dev/null
`

const replaceAfterMs = 500

export type Watchdog = { dismiss(): void }

/** Starts a watchdog for one server process. A watchdog that ends is replaced until `dismiss` is called. */
export function setWatchdog(runAs: RunAs, serverPid: number): Watchdog {
  let dismissed = false
  let watchdogProcess = spawnWatchdog(runAs, serverPid)
  const replace = () => {
    if (dismissed) return
    watchdogProcess = spawnWatchdog(runAs, serverPid)
    watch()
  }
  const watch = () => watchdogProcess.once('exit', () => setTimeout(replace, replaceAfterMs).unref())
  watch()
  const dismiss = () => {
    dismissed = true
    // Closing the pipe would signal the process id, which the system may have given to another process.
    watchdogProcess.kill('SIGKILL')
  }
  return { dismiss }
}

function spawnWatchdog(runAs: RunAs, serverPid: number): ChildProcess {
  const watchdogProcess = runAs.spawn('/bin/sh', ['-c', script, 'sh', String(serverPid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // Without a watchdog the server still runs, and the next start stops a leftover one.
  watchdogProcess.on('error', () => undefined)
  watchdogProcess.stdin?.on('error', () => undefined)
  watchdogProcess.unref()
  return watchdogProcess
}
