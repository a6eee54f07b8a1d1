/**
 * A process that was started with an IPC channel ends when the channel closes: that is how a `kill -9` of `npm`
 * or of the start script reaches it. Standard input would not do, it is often /dev/null.
 */
export function onParentGone(listener: () => void): void {
  if (process.connected) process.once('disconnect', listener)
}
