import type { SeededBug } from './seeded-bug.ts'

const presenceState = 'packages/core/src/presence/presence-state.ts'
const logWindow = 'packages/sdk/src/timeline/log-window.ts'

/** Bugs that were invented after the checks were written, to see what these catch that nobody had in mind. */
export const inventedBugs = {
  replaySeq: {
    what: 'the answer to a repeated send names the next place',
    caughtBy: ['I3', 'I2'],
    weather: 'cuts',
    patches: [
      {
        file: 'packages/core/src/domain/decide-sends.ts',
        find: "answer: { outcome: 'replay', first } }",
        replace: "answer: { outcome: 'replay', first: { ...first, seq: first.seq + 1 } } }",
      },
    ],
  },
  batchCount: {
    what: 'of the messages of one transaction only the first is counted as unread',
    caughtBy: ['I14', 'I15'],
    weather: 'lossy',
    patches: [
      {
        file: 'packages/core/src/domain/decide-sends.ts',
        find: 'head.inCount += 1',
        replace: 'head.inCount = chat.inCount + 1',
      },
    ],
  },
  editByAnybody: {
    what: 'whoever sees a chat may change the messages of others',
    caughtBy: [],
    missedBecause: 'nobody tries to change a message of another author in a chat of both',
    weather: 'lossy',
    patches: [
      {
        file: 'packages/core/src/domain/message-state.ts',
        find: "if (!isOwn(state)) return notEditable('Only its author changes a message.')",
        replace: '',
      },
    ],
  },
  marksNotRead: {
    what: 'marks whose hints were lost are never read',
    caughtBy: ['I13'],
    weather: 'mute',
    patches: [
      {
        file: 'packages/core/src/subscriptions/hub.ts',
        find: 'const marks = marked.length > 0 ? await readChatMarks(reserved, marked) : []',
        replace: 'const marks = []',
      },
    ],
  },
  servesFuture: {
    what: 'a position beyond the end of the log is followed in place of a reset',
    caughtBy: ['I12'],
    weather: 'lossy',
    patches: [
      {
        file: 'packages/core/src/subscriptions/chat-follower.ts',
        find: "if (seq > top) return 'future'",
        replace: '',
      },
    ],
  },
  firstLeaves: {
    what: 'the first follower who leaves a chat ends it for all others of the process',
    caughtBy: ['I10', 'I13', 'I11'],
    weather: 'mute',
    patches: [
      {
        file: 'packages/core/src/subscriptions/hub.ts',
        find: 'if (channel.followers > 0) return',
        replace: '',
      },
    ],
  },
  keepsOldRow: {
    what: 'of two rows that wait for a reader the older one is delivered',
    caughtBy: [],
    missedBecause: 'in a short run two rows of a chat hardly ever wait for one reader, and a later row mends it',
    weather: 'lossy',
    patches: [
      {
        file: 'packages/core/src/inbox/followers/inbox-reader.ts',
        find: 'this.#rows.set(row.id, row)',
        replace: 'if (!this.#rows.has(row.id)) this.#rows.set(row.id, row)',
      },
    ],
  },
  mineOnlyGrows: {
    what: 'the number of own chats never falls',
    caughtBy: ['I15'],
    weather: 'lossy',
    patches: [
      {
        file: 'packages/core/src/inbox/counts/counts-tally.ts',
        find: 'else bump(this.#mine, operatorId, sign)',
        replace: 'else if (sign > 0) bump(this.#mine, operatorId, sign)',
      },
    ],
  },
  presenceTurned: {
    what: 'who is online is shown as away',
    caughtBy: ['I16'],
    weather: 'delivering',
    patches: [{ file: presenceState, find: 'clientOnline: online,', replace: 'clientOnline: !online,' }],
  },
  presenceOnce: {
    what: 'presence is read once, and never again',
    caughtBy: [],
    missedBecause: 'the clients of a run are online before anybody looks, and stay so',
    weather: 'delivering',
    patches: [
      {
        file: presenceState,
        find: 'for (const client of this.#clients.values()) client.isStale = true',
        replace: '',
      },
      { file: presenceState, find: 'if (known !== undefined) known.isStale = true', replace: '' },
    ],
  },
  dropsUnanswered: {
    what: 'the outbox drops a batch that got no answer',
    caughtBy: ['I20'],
    weather: 'cuts',
    patches: [
      {
        file: 'packages/sdk/src/outbox/chat-sender.ts',
        find: "this.#set((queue) => endBatch(queue, code === null ? 'unanswered' : 'postponed'))",
        replace: "this.#set((queue) => queue.filter(({ stage }) => stage !== 'sending'))",
      },
    ],
  },
  neverRefused: {
    what: 'the outbox repeats a refused message for ever',
    caughtBy: ['I8'],
    weather: 'lossy',
    patches: [
      {
        file: 'packages/sdk/src/outbox/queue-state.ts',
        find: "const what = outcome.error.retryable ? 'postponed' : { refused: outcome.error.code }",
        replace: "const what = 'postponed'",
      },
    ],
  },
  readNotShown: {
    what: 'the timeline ignores that somebody has read',
    caughtBy: ['I13'],
    weather: 'delivering',
    patches: [
      { file: logWindow, find: 'const read = { ...none, [mark.role]: mark.readSeq }', replace: 'const read = none' },
    ],
  },
  editNotShown: {
    what: 'the timeline keeps the text that was edited',
    caughtBy: ['I10'],
    weather: 'lossy',
    patches: [{ file: logWindow, find: 'const text = texts.get(entry.message.id)', replace: 'const text = undefined' }],
  },
  typingForEver: {
    what: 'the timeline shows for ever that somebody types',
    caughtBy: [],
    missedBecause: 'typing that is still shown at the end of a run is not judged',
    weather: 'delivering',
    patches: [
      {
        file: 'packages/sdk/src/timeline/people.ts',
        find: 'return keepTyping(people, (_, untilMs) => untilMs > nowMs)',
        replace: 'return people',
      },
    ],
  },
  listForAll: {
    what: 'any client may list the messages of any chat',
    caughtBy: ['I21'],
    weather: 'mute',
    patches: [
      {
        file: 'packages/core/src/messages/list-messages.ts',
        find: 'requireVisible(actor, await core.queries.messages.page({ ...input, limit: input.limit + 1 }))',
        replace: 'await core.queries.messages.page({ ...input, limit: input.limit + 1 })',
      },
    ],
  },
  typingForAll: {
    what: 'any client may type in any chat',
    caughtBy: ['I21'],
    weather: 'lossy',
    patches: [
      {
        file: 'packages/core/src/presence/type-in-chat.ts',
        find: 'const chat = requireVisible(actor, isVisible ? known : await typing.readChat(chatId))',
        replace: 'const chat = known',
      },
    ],
  },
  sessionStays: {
    what: 'a sign-out closes the sockets and leaves the session',
    caughtBy: ['I19'],
    weather: 'lossy',
    patches: [
      {
        file: 'packages/core/src/auth/logout.ts',
        find: 'await deleteSession(core.db.orm, actor.sessionId)',
        replace: '',
      },
    ],
  },
} as const satisfies Record<string, SeededBug>
