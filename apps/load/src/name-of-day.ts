const dayMs = 24 * 60 * 60 * 1_000

/** Returns the name whose turn it is on this day (UTC): on as many days as there are names, each once. */
export function nameOfDay<Name extends string>(names: readonly Name[], date: Date): Name {
  const name = names[Math.floor(date.getTime() / dayMs) % names.length]
  if (name === undefined) throw new Error('There is no name to choose from.')
  return name
}
