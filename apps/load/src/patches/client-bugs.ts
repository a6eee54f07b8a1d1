import type { SeededBug } from './seeded-bug.ts'

/** What an SDK may do wrong. */
export const clientBugs = {
  noOrder: {
    what: 'the outbox sends the newest message first',
    caughtBy: ['I6'],
    weather: 'cuts',
    patches: [
      {
        file: 'packages/sdk/src/outbox/queue-state.ts',
        find: 'for (const item of waiting.slice(0, itemsMax)) {',
        replace: 'for (const item of waiting.reverse().slice(0, 1)) {',
      },
    ],
  },
  newIdPerTry: {
    what: 'every try has an id of its own',
    caughtBy: ['I4', 'I2'],
    weather: 'cuts',
    patches: [
      {
        file: 'packages/sdk/src/outbox/chat-sender.ts',
        find: 'const items = batch.map(({ text, clientMsgId, uploadIds }) => ({\n      text,\n      clientMsgId,',
        replace:
          "const items = batch.map(({ text, clientMsgId, uploadIds }) => ({\n      text,\n      clientMsgId: clientMsgId + '~' + Math.random(),",
      },
    ],
  },
  deafToReset: {
    what: 'after a reset the follower goes on from the end, without what it missed',
    caughtBy: ['I10'],
    weather: 'cuts',
    patches: [
      { file: 'packages/contract/src/limits.ts', find: 'catchUpEntriesMax = 300', replace: 'catchUpEntriesMax = 1' },
      {
        file: 'packages/sdk/src/timeline/next-timeline.ts',
        find: "case 'reset':\n      return startReload(state)",
        replace: `case 'reset':
      return followAgain({ ...state, window: { ...state.window, have: frame.top,
        cursor: state.window.cursor.replace(/:.*/, ':' + frame.top) } })`,
      },
    ],
  },
  forgetful: {
    what: 'messages without an answer are forgotten',
    caughtBy: ['I20'],
    weather: 'cuts',
    patches: [
      {
        file: 'packages/sdk/src/timeline/timeline-view.ts',
        find: '    pending,\n    hasMore',
        replace: "    pending: pending.filter((item) => item.state !== 'unconfirmed'),\n    hasMore",
      },
    ],
  },
} as const satisfies Record<string, SeededBug>
