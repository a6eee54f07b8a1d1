import { expect, test } from 'vitest'
import { concurrentIndexes } from './build-index.ts'

test('[RUN-20] a migration of concurrent builds is recognised, as drizzle-kit writes it and as a person would', () => {
  const generated = 'CREATE UNIQUE INDEX CONCURRENTLY "uniq_a" ON "messages" USING btree ("chat_id","id");'
  const byHand = `-- For the search.\ncreate index concurrently idx_b on public.messages(lower(text)) where status = 'new'`
  expect(concurrentIndexes([generated, `\n${byHand}\n`])).toEqual([
    { name: '"uniq_a"', table: '"messages"', statement: generated },
    { name: 'idx_b', table: 'public.messages', statement: byHand.replace(/^--.*\n/, '') },
  ])
})

test('[RUN-20] any other migration is not, also when a comment names such a build', () => {
  expect(concurrentIndexes(['CREATE TABLE "a" ("b" text);', 'CREATE INDEX "c" ON "a" USING btree ("b");'])).toBeNull()
  expect(concurrentIndexes(['-- Later: create index concurrently\nselect 1'])).toBeNull()
})

test.each([
  ['ALTER TABLE "a" ADD COLUMN "b" text;', 'CREATE INDEX CONCURRENTLY "c" ON "a" USING btree ("b");'],
  ['create index concurrently on a (b)'],
  ['create index concurrently c on a (b); select 1'],
  ['create index concurrently if not exists c on a (b)'],
  ['drop index concurrently c'],
])('[RUN-20] a migration that could not be repeated is refused: %s', (...statements) => {
  expect(() => concurrentIndexes(statements)).toThrow('contains nothing else and names the index')
})
