import { z } from 'zod'
import { limitDefault } from './limits.ts'

export function limitSchema(most: number) {
  const description = `How many at most: 1 to ${most}, ${limitDefault} when left out.`
  return z.int().min(1).max(most).default(limitDefault).meta({ description })
}

/** An exclusive bound of a page; 0 is the beginning. */
export const boundSchema = z.int().min(0)
