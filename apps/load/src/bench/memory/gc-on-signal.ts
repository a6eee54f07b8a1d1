/*
 * Loaded before every contender: a signal makes it throw away what nobody holds any more, so that two moments of one
 * process can be compared. It needs `--expose-gc`.
 */
process.on('SIGUSR2', () => {
  globalThis.gc?.()
})
