/**
 * What mutation testing changes, and which tests must notice. `mutate`: folders of product source. `judges`: globs of
 * the test files that are about it. Others may notice more, but all tests that execute a change would take days.
 * Only tests with a database in their name get a real PostgreSQL.
 */
const core = (folders) => [`packages/core/src/${folders}/**/*.test.ts`]
const sdk = ['packages/sdk/src/**/!(*.pg).test.ts']
const live = ['packages/api/src/live/**/*.test.ts']

export const targets = {
  messages: { mutate: ['packages/core/src/messages'], judges: core('{messages,writer,chats}') },
  writer: { mutate: ['packages/core/src/writer'], judges: core('{messages,writer,chats}') },
  chats: { mutate: ['packages/core/src/chats'], judges: core('{messages,chats,inbox}') },
  events: {
    mutate: ['packages/core/src/log', 'packages/core/src/streams', 'packages/core/src/subscriptions'],
    judges: core('{log,streams,subscriptions,chats,inbox}'),
  },
  live: { mutate: ['packages/api/src/live'], judges: live },
  outbox: { mutate: ['packages/sdk/src/outbox'], judges: sdk },
  timeline: { mutate: ['packages/sdk/src/timeline'], judges: sdk },
}
