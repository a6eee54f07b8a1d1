import type { SeededBug } from './seeded-bug.ts'

/** What a server may do wrong. Every patch names the real line. */
export const serverBugs = {
  gapCheck: {
    what: 'the ring takes entries behind a gap, and nobody looks whether frames go on where the last one ended',
    caughtBy: ['I9'],
    weather: 'lossy',
    patches: [
      {
        file: 'packages/core/src/subscriptions/channel/ring.ts',
        find: 'if (entry.seq !== this.#top + 1) return false',
        replace: '',
      },
      {
        file: 'packages/core/src/subscriptions/chat-follower.ts',
        find: 'if (first?.seq !== this.#seq + 1 || last === undefined) {',
        replace: 'if (first === undefined || last === undefined) {',
      },
    ],
  },
  dedupe: {
    what: 'a message that is sent again is stored again',
    caughtBy: ['I3'],
    weather: 'cuts',
    patches: [
      {
        file: 'packages/core/src/domain/decide-sends.ts',
        find: 'if (first !== undefined) {',
        replace: "if (first !== undefined && first.answer.outcome === 'refused') {",
      },
    ],
    sql: 'drop index uniq_client_msg_user',
  },
  statusWithoutLock: {
    what: 'a send looks at the status of the chat before it has the lock',
    caughtBy: ['I7'],
    weather: 'lossy',
    patches: [
      {
        file: 'packages/core/src/writer/batch-worker.ts',
        find: 'if (!(await this.#runAlone())) await this.#runBatch()',
        replace: 'await this.#runBatch()',
      },
      {
        file: 'packages/core/src/writer/run-batch.ts',
        find: 'const { locked, active, before, files, reads } = await lockAndRead(context, tx, { batch, commands })',
        replace: `const early = await tx.execute('select id, status from chats where id in (0' + commands.map((command) => ',' + Number(command.chatId)).join('') + ')')
  await new Promise((go) => setTimeout(go, 100))
  const { locked, active, before, files, reads } = await lockAndRead(context, tx, { batch, commands })
  for (const chat of locked) chat.status = early.rows.find((row) => Number(row['id']) === chat.id)?.['status']`,
      },
    ],
  },
  replayAfterStatus: {
    what: 'a message that is stored is refused when it is sent again after the close',
    caughtBy: ['I8'],
    weather: 'cuts',
    patches: [
      {
        file: 'packages/core/src/domain/decide-sends.ts',
        find: 'const first = draft.known.get(key)',
        replace: `if (send.chat.status === 'closed') return { outcome: 'refused', code: 'chat_closed' }
  const first = draft.known.get(key)`,
      },
    ],
  },
  ackBeforeCommit: {
    what: 'a send is answered before its commit',
    caughtBy: ['I2', 'I20'],
    weather: 'kills',
    patches: [
      {
        file: 'packages/core/src/writer/batch-worker.ts',
        find: 'if (!(await this.#runAlone())) await this.#runBatch()',
        replace: 'await this.#runBatch()',
      },
      {
        file: 'packages/core/src/writer/run-batch.ts',
        find: 'return { last }',
        replace: `answerSends(await last)
  await new Promise((go) => setTimeout(go, 300))
  return { last }`,
      },
    ],
  },
  healing: {
    what: 'lost hints are never made up for',
    caughtBy: ['I10'],
    weather: 'mute',
    patches: [
      {
        file: 'packages/core/src/subscriptions/hub.ts',
        find: 'this.#reconciling = this.#reconcile()',
        replace: 'this.#reconciling = Promise.resolve()',
      },
    ],
  },
  untracked: {
    what: 'frames that are not log data have no position',
    caughtBy: ['REPEATS'],
    weather: 'cuts',
    patches: [
      {
        file: 'packages/core/src/streams/frame-ids.ts',
        find: 'return (cursor) => {',
        replace: "return (position) => {\n    const cursor = position.split(':')[0] + ':0'",
      },
    ],
  },
  deafToSignOut: {
    what: 'a session that ended keeps its socket',
    caughtBy: ['I19'],
    weather: 'lossy',
    patches: [
      {
        file: 'packages/api/src/live/live-server.ts',
        find: 'watch.add(actor.sessionId, socket)',
        replace: 'void 0',
      },
    ],
  },
} as const satisfies Record<string, SeededBug>
