import { z } from 'zod'
import { limitDefault } from './limits.ts'

/** `1` to `most`, 50 when left out. */
export function limitSchema(most: number) {
  return z.int().min(1).max(most).default(limitDefault)
}

/** An exclusive bound of a page; 0 is the beginning. */
export const boundSchema = z.int().min(0)
