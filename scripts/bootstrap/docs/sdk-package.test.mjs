import { expect, test } from 'vitest'
import { withoutComment } from './sdk-package.mjs'

test('[SDK-7] a published name without a comment is found, wherever it is declared', () => {
  const types = `/** What it is. */
type Told = number;
type Bare = string;
/** Does it. */
export declare function told(): Told;
export declare const bare: Bare;
export type { Bare, Told };`
  expect(withoutComment(types)).toEqual(['Bare', 'bare'])
})
