/**
 * Options of a test that measures time, such as an answer within three seconds. Other work on the machine can make one
 * run fail; a product that is too slow fails every retry.
 */
export const timed = { retry: 2 } as const
