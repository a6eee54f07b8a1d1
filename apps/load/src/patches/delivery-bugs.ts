import type { SeededBug } from './seeded-bug.ts'

const follower = 'packages/core/src/subscriptions/chat-follower.ts'
const inboxReaders = 'packages/core/src/inbox/followers/inbox-readers.ts'

/** What a server may deliver wrong: too often, to the wrong people, or not at all. */
export const deliveryBugs = {
  tailTwice: {
    what: 'the last entry of a frame comes twice on one stream, now and then',
    caughtBy: ['I9'],
    weather: 'lossy',
    patches: [
      {
        file: follower,
        find: 'this.#seq = entries.lastSeq',
        replace: `const { lastSeq } = entries
    this.#seq = lastSeq % 10 === 3 && this.again !== lastSeq ? (this.again = lastSeq) - 1 : lastSeq`,
      },
    ],
  },
  inboxLeak: {
    what: 'every client gets the rows of all clients',
    caughtBy: ['I15'],
    weather: 'lossy',
    patches: [
      {
        file: inboxReaders,
        find: 'for (const reader of this.ofClient(clientId))',
        replace: 'for (const reader of [...this.#clients.values()].flatMap((readers) => [...readers]))',
      },
      {
        file: inboxReaders,
        find: 'if (maySeeChat(reader.actor, { userId: clientId })) reader.offerRow(row)',
        replace: 'reader.offerRow(row)',
      },
    ],
  },
  noPolicy: {
    what: 'any client may follow, read and write any chat',
    caughtBy: ['I21'],
    weather: 'lossy',
    patches: [
      {
        file: 'packages/core/src/domain/chat-policy.ts',
        find: "return actor.role === 'operator' || chat.userId === actor.userId",
        replace: 'return true',
      },
    ],
  },
  noMarks: {
    what: 'marks reach no follower',
    caughtBy: ['I13'],
    weather: 'delivering',
    patches: [
      {
        file: follower,
        find: 'const next = marks.nextAfter(this.#marksVersion)',
        replace: `this.#marksVersion = marks.version
    const next = marks.nextAfter(this.#marksVersion)`,
      },
    ],
  },
  someMarks: {
    what: 'of several marks that wait for a follower only the newest is delivered',
    caughtBy: ['I13'],
    weather: 'mute',
    patches: [
      {
        file: 'packages/core/src/subscriptions/channel/chat-marks.ts',
        find: 'return marks[placeAfter(marks, version)] ?? null',
        replace: 'return placeAfter(marks, version) < marks.length ? (marks.at(-1) ?? null) : null',
      },
    ],
  },
  noTyping: {
    what: 'typing reaches nobody',
    caughtBy: ['I16'],
    weather: 'delivering',
    patches: [
      {
        file: follower,
        find: 'const next = users.find(({ userId }) => userId !== this.#actor.userId)',
        replace: 'const next = undefined',
      },
    ],
  },
  noPresence: {
    what: 'presence reaches no operator',
    caughtBy: ['I16'],
    weather: 'mute',
    patches: [
      {
        file: follower,
        find: 'if (current === null || current === this.#sentPresence) return null',
        replace: 'return null',
      },
    ],
  },
  retractedStays: {
    what: 'a retracted text stays in the ring',
    caughtBy: ['I22'],
    weather: 'cuts',
    patches: [
      {
        file: 'packages/core/src/subscriptions/channel/ring.ts',
        find: 'if (isTextChange(item.entry)) this.#rewrite(item.entry)',
        replace: '',
      },
    ],
  },
} as const satisfies Record<string, SeededBug>
