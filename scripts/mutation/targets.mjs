/**
 * What mutation testing changes, and which tests must notice. `mutate`: folders of product source. `judges`: globs of
 * test files; those with a database in their name get a real PostgreSQL.
 */
const core = ['packages/core/src/**/*.test.ts']
const sdk = ['packages/sdk/src/**/*.test.ts']
const live = ['packages/api/src/{live,routers}/**/*.test.ts', 'packages/api/src/*.test.ts']

export const targets = {
  messages: { mutate: ['packages/core/src/messages'], judges: core },
  writer: { mutate: ['packages/core/src/writer'], judges: core },
  chats: { mutate: ['packages/core/src/chats'], judges: core },
  events: {
    mutate: ['packages/core/src/log', 'packages/core/src/streams', 'packages/core/src/subscriptions'],
    judges: core,
  },
  live: { mutate: ['packages/api/src/live'], judges: live },
  outbox: { mutate: ['packages/sdk/src/outbox'], judges: sdk },
  timeline: { mutate: ['packages/sdk/src/timeline'], judges: sdk },
}
