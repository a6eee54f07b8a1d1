import { waitFor } from '@deskbell/testkit/wait-for'

/** Reads until the value is as wanted, and returns it. Throws an error with the last value after the time limit. */
export async function eventually<T>(
  read: () => Promise<T> | T,
  wanted: (value: T) => boolean,
  options: { timeoutMs?: number } = {},
): Promise<T> {
  let last = await read()
  const look = async () => {
    last = await read()
    return wanted(last)
  }
  try {
    if (!wanted(last)) await waitFor(look, options)
  } catch (error) {
    throw new Error(`The value was ${JSON.stringify(last)} to the end.`, { cause: error })
  }
  return last
}
