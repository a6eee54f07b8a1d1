import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DelayHistogram } from '../../history/delay-histogram.ts'
import { usageOf, usageOfTree } from '../suite/process-usage.ts'
import { type SendField, sampleText } from './send-field.ts'
import type { SendContender, SendFigures, SendTimes } from './send-level.ts'
import { limit, yardstick } from './sides.ts'
import { countStored, requireStored } from './stored-count.ts'

const run = promisify(execFile)

/** Everything in one statement, which is its own transaction: no line holds its chat while it waits for the next. */
const oneStatement = `
\\set chat random(:first_chat, :last_chat)
\\set sender random(:first_sender, :last_sender)
\\set name random(1, 9007199254740991)
with chat as (
  update chats set last_seq = last_seq + 1, rev = rev + 1, out_count = out_count + 1,
    last_message_at = clock_timestamp(), last_entry_at = clock_timestamp() where id = :chat
  returning id, last_seq, out_count
), fed as (
  insert into feed (chat_id) select id from chat returning id
)
insert into messages (chat_id, seq, user_id, text, direction, client_msg_id, body_hash, direction_no, created_at)
select id, last_seq, :sender, '${sampleText}', 'out', :name::text, '${'0'.repeat(64)}', out_count, clock_timestamp()
from chat returning id;
`

/**
 * What one send of the product does, one transaction a message: lock the chat, look for a replay with a snapshot of
 * its own, write message, chat and feed in one statement, commit.
 */
const fiveStatements = `
\\set chat random(:first_chat, :last_chat)
\\set sender random(:first_sender, :last_sender)
\\set name random(1, 9007199254740991)
begin;
select last_seq, out_count from chats where id = :chat for update \\gset
select clock_timestamp(), m.id, m.chat_id, m.seq, m.text, m.body_hash, m.created_at
  from chats c left join messages m on m.user_id = :sender and m.client_msg_id = :name::text where c.id = :chat;
with inserted as (
  insert into messages (chat_id, seq, user_id, text, direction, client_msg_id, body_hash, direction_no, created_at)
  values (:chat, :last_seq + 1, :sender, '${sampleText}', 'out', :name::text, '${'0'.repeat(64)}', :out_count + 1, clock_timestamp())
  returning id
), changed as (
  update chats set last_seq = :last_seq + 1, rev = rev + 1, out_count = :out_count + 1,
    last_message_at = clock_timestamp(), last_entry_at = clock_timestamp(),
    last_message_id = (select max(id) from inserted) where id = :chat returning id
), fed as (
  insert into feed (chat_id) values (:chat) returning id
)
select id from inserted;
commit;
`

/** One connection each: more of them only take the processor from each other. */
const clientsMax = 64

const scripts = { [limit]: oneStatement, [yardstick]: fiveStatements }

/**
 * A send with nothing around it: what this PostgreSQL can do on this machine at one message a commit.
 * Beyond 64 in flight it runs with the number of clients that was the quickest in this round.
 */
export function pgbench(name: keyof typeof scripts, program: string, field: SendField): SendContender {
  const rates = new Map<number, number>()
  return {
    name,
    async run({ inFlight }, times) {
      const clients = inFlight <= clientsMax ? inFlight : quickest(rates)
      const figures = await runPgbench({ name, program, field, clients }, times)
      rates.set(clients, figures.perSecond)
      return figures
    },
  }
}

function quickest(rates: ReadonlyMap<number, number>): number {
  const [best] = [...rates].toSorted(([, a], [, b]) => b - a)
  return best?.[0] ?? clientsMax
}

const longestMs = 20_000

type Run = { name: keyof typeof scripts; program: string; field: SendField; clients: number }

async function runPgbench(
  { name, program, field, clients }: Run,
  { warmMs, measureMs }: SendTimes,
): Promise<SendFigures> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'dbp-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'send.sql'), scripts[name])
  const { postgres } = field
  const start = async (ms: number): Promise<{ transactions: number; perSecond: number }> => {
    const { stdout } = await run(program, argumentsOf(field, clients, ms), { cwd: folder })
    // On a busy machine a second is not enough for its connections.
    if (ms < longestMs && /actually processed: 0\b/.test(stdout)) return await start(ms * 4)
    return {
      transactions: numberIn(stdout, /actually processed: (\d+)/),
      perSecond: numberIn(stdout, /tps = ([\d.]+)/),
    }
  }
  if (warmMs >= 1_000) await start(warmMs)
  for (const log of await logsIn(folder)) await rm(join(folder, log))
  const stored = await countStored(postgres)
  const [database, sender] = [usageOfTree(postgres.pid).cpuUs, usageOf(process.pid).cpuUs]
  const { transactions, perSecond } = await start(measureMs)
  const used = usageOfTree(postgres.pid).cpuUs - database
  const sent = usageOf(process.pid).cpuUs - sender
  requireStored(name, { acknowledged: transactions, unavailable: 0, stored: await stored.since() })
  const delays = await readDelays(folder)
  return {
    perSecond,
    ...{ p50: delays.quantile(0.5) ?? 0, p99: delays.quantile(0.99) ?? 0 },
    ...{ unavailable: 0, serverUs: null, databaseUs: used / transactions, senderUs: sent / transactions },
  }
}

function argumentsOf({ postgres, chatIds, senderIds }: SendField, clients: number, ms: number): string[] {
  const variables = { first_chat: chatIds.first, last_chat: chatIds.last }
  const senders = { first_sender: senderIds.first, last_sender: senderIds.last }
  return [
    ...['-n', '-M', 'prepared', '-f', 'send.sql', '-c', String(clients), '-j', String(Math.min(2, clients))],
    // Whole seconds are all that it knows.
    ...['-T', String(Math.max(1, Math.round(ms / 1_000))), '-l', '--log-prefix=delays'],
    ...Object.entries({ ...variables, ...senders }).flatMap(([name, value]) => ['-D', `${name}=${value}`]),
    postgres.connectionString,
  ]
}

/** One line a transaction; the third word is its time in microseconds. */
async function readDelays(folder: string): Promise<DelayHistogram> {
  const delays = new DelayHistogram()
  for (const name of await logsIn(folder)) {
    const text = await readFile(join(folder, name), 'utf8')
    for (const line of text.split('\n')) if (line !== '') delays.add(Number(line.split(' ', 3)[2]) / 1_000)
  }
  return delays
}

async function logsIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith('delays'))
}

function numberIn(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1]
  if (found === undefined) throw new Error(`pgbench did not say how it went:\n${text}`)
  return Number(found)
}
