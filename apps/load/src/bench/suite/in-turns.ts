/**
 * The order of a round: each begins with another contender, so that whatever a run leaves behind (a checkpoint, a
 * warm processor, a vacuum) does not always meet the same one.
 */
export function inTurns<T>(contenders: readonly T[], round: number): T[] {
  const first = contenders.length === 0 ? 0 : round % contenders.length
  return [...contenders.slice(first), ...contenders.slice(0, first)]
}
