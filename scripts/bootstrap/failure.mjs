/** Something a person must know and can mend: printed as one line, without a stack. */
export class Failure extends Error {}

export function say(line) {
  console.error(`deskbell: ${line}`)
}
