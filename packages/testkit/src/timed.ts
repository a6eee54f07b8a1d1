/**
 * For a test that holds a promise to the clock, such as an answer within three seconds. Other work on the machine can
 * break one try of it; a product that is too slow breaks all of them.
 */
export const timed = { retry: 2 } as const
