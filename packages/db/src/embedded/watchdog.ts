import type { ChildProcess } from 'node:child_process'
import type { RunAs } from './run-as.ts'

/*
 * `kill -9` gives this process no chance to stop its database. So a small shell holds the other end of a pipe:
 * when this process ends, however that happens, the pipe closes, and the shell stops the server; first in the
 * fast way, after ten seconds in the immediate one.
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

/** Guards one server process. A watchdog that is killed is replaced until it is dismissed. */
export function setWatchdog(runAs: RunAs, serverPid: number): Watchdog {
  let dismissed = false
  let dog = spawnDog(runAs, serverPid)
  const replace = () => {
    if (dismissed) return
    dog = spawnDog(runAs, serverPid)
    watch()
  }
  const watch = () => dog.once('exit', () => setTimeout(replace, replaceAfterMs).unref())
  watch()
  const dismiss = () => {
    dismissed = true
    // Not by closing the pipe: the server's number may soon be another process's.
    dog.kill('SIGKILL')
  }
  return { dismiss }
}

function spawnDog(runAs: RunAs, serverPid: number): ChildProcess {
  const dog = runAs.spawn('/bin/sh', ['-c', script, 'sh', String(serverPid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // Without a watchdog the server still runs, and a leftover is dealt with at the next start.
  dog.on('error', () => undefined)
  dog.stdin?.on('error', () => undefined)
  dog.unref()
  return dog
}
