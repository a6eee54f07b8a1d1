/** The open chat's row: a neutral ground, and a bar at its start in the accent. */
export const rowChosen =
  'chosen before:absolute before:inset-y-2.5 before:-start-2 before:w-0.5 before:rounded-full before:bg-accent after:opacity-0'
