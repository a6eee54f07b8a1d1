import { frameBytesMax, socketBatchMax } from '@deskbell/contract/limits'

/** Room for the brackets and for what may stand around a frame. */
const batchBytesMax = frameBytesMax - 1024

/**
 * tRPC's client puts everything that waits into one frame, however much that is: after an outage this may be more
 * calls or bytes than the server takes in one, and then it refuses them all. So such a frame goes in parts, in order.
 */
export function splitBatch(frame: string): string[] {
  if (!frame.startsWith('[')) return [frame]
  const parts: string[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const call of callsOf(frame)) {
    const callBytes = encoder.encode(call).length + 1
    if (bytes + callBytes > batchBytesMax || (parts.at(-1)?.length ?? 0) >= socketBatchMax) {
      parts.push([])
      bytes = 0
    }
    parts.at(-1)?.push(call)
    bytes += callBytes
  }
  return parts.map((part) => `[${part.join(',')}]`)
}

const encoder = new TextEncoder()

function callsOf(frame: string): string[] {
  const calls: unknown = JSON.parse(frame)
  return Array.isArray(calls) ? calls.map((call) => JSON.stringify(call)) : [frame]
}
