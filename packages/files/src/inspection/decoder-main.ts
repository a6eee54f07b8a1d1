import { writeFileSync } from 'node:fs'
import type { DecodeOrder, DecoderMessage } from './decoder-messages.ts'

/** The program of the decoder process. It ends with its parent. */

process.umask(0o077)
try {
  // When memory ends, Linux kills this process before any other.
  writeFileSync('/proc/self/oom_score_adj', '1000')
} catch {
  // Another system, or a sandbox without it.
}
process.once('disconnect', () => process.exit(0))

function say(message: DecoderMessage): void {
  process.send?.(message)
}

try {
  const { decodeImage } = await import('./decode-image.ts')
  process.on('message', (order: DecodeOrder) => void decodeImage(order).then(say))
  say({ kind: 'ready' })
} catch (error) {
  say({ kind: 'failed', reason: String(error) })
}
