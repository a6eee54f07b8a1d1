/**
 * Calls `listener` when the parent process is gone, also after a `kill -9` of `npm` or of the start script. Works only
 * in a process that was started with an IPC channel, which closes with the parent. The end of standard input would not
 * show it, because standard input is often /dev/null.
 */
export function onParentGone(listener: () => void): void {
  if (process.connected) process.once('disconnect', listener)
}
