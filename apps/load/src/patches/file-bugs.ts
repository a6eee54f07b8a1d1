import type { SeededBug } from './seeded-bug.ts'

const files = 'packages/core/src/stored-files/files.ts'
const sweeper = 'packages/core/src/stored-files/file-sweeper.ts'

/** What may go wrong with the files of messages. */
export const fileBugs = {
  filesTurned: {
    what: 'a message takes its files in another order',
    caughtBy: ['I23'],
    weather: 'lossy',
    patches: [
      {
        file: 'packages/core/src/domain/decide-sends.ts',
        find: 'return own.flatMap((file) => (file === undefined ? [] : [attachmentView(file)]))',
        replace: 'return own.toReversed().flatMap((file) => (file === undefined ? [] : [attachmentView(file)]))',
      },
    ],
  },
  replayDropsFile: {
    what: 'the answer to a repeated send lacks the last file',
    caughtBy: ['I23'],
    weather: 'cuts',
    patches: [
      {
        file: 'packages/core/src/writer/run-batch.ts',
        find: 'return { message: messageView(answer.first, answer.first), duplicate: true }',
        replace: `const again = messageView(answer.first, answer.first)
      return { message: { ...again, attachments: again.attachments.slice(0, -1) }, duplicate: true }`,
      },
    ],
  },
  readWithoutFiles: {
    what: 'entries that are read from the database have no files',
    caughtBy: ['I10'],
    weather: 'mute',
    patches: [
      {
        file: 'packages/core/src/log/stored-entry-view.ts',
        find: 'return { id, chatId, seq, userId, direction, type, text, attachments, clientMsgId, createdAt: at }',
        replace:
          'return { id, chatId, seq, userId, direction, type, text, attachments: null, clientMsgId, createdAt: at }',
      },
    ],
  },
  partsTurned: {
    what: 'the parts of an upload that was cut off are put together in another order',
    caughtBy: ['I23'],
    weather: 'lossy',
    patches: [
      { file: files, find: 'for (const part of parts) {', replace: 'for (const part of parts.toReversed()) {' },
    ],
  },
  ringKeepsFiles: {
    what: 'the files of a retracted message stay in the ring',
    caughtBy: ['I22'],
    weather: 'delivering',
    patches: [
      {
        file: 'packages/core/src/log/after-change.ts',
        find: "{ type: 'text' as const, text, attachments: [] }",
        replace: '{ text }',
      },
    ],
  },
  retractedServed: {
    what: 'the rows of the files of a retracted message stay',
    caughtBy: ['I23'],
    weather: 'lossy',
    patches: [
      {
        file: 'packages/db/src/queries/files/attachments.ts',
        find: '.where(and(eq(files.chatId, chatId), eq(files.messageSeq, seq)))\n      .returning',
        replace:
          ".where(and(eq(files.chatId, chatId), eq(files.messageSeq, seq), eq(files.state, 'refused')))\n      .returning",
      },
    ],
  },
  retractedBytesStay: {
    what: 'the bytes of a retracted message wait for the sweep',
    caughtBy: ['I23'],
    weather: 'mute',
    patches: [
      {
        file: 'packages/core/src/messages/retract-message.ts',
        find: 'core.files.discard(retractedFiles)',
        replace: 'void retractedFiles',
      },
    ],
  },
  orphansStay: {
    what: 'the sweep leaves bytes that belong to nothing',
    caughtBy: ['I23'],
    weather: 'lossy',
    patches: [{ file: sweeper, find: 'await storage.remove(key)\n', replace: '' }],
  },
  sweepTakesFiles: {
    what: 'the sweep takes the files of messages too',
    caughtBy: ['I23'],
    weather: 'lossy',
    patches: [{ file: sweeper, find: ': state === undefined', replace: ": state !== 'receiving'" }],
  },
} as const satisfies Record<string, SeededBug>
