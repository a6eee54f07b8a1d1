import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { ChatId, MessageId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { closeChat } from '@deskbell/core/chats/changes/close-chat'
import { reopenChat } from '@deskbell/core/chats/changes/reopen-chat'
import type { Core } from '@deskbell/core/context'
import { editMessage } from '@deskbell/core/messages/edit-message'
import { retractMessage } from '@deskbell/core/messages/retract-message'
import { newOperator, sendText, setUpChat } from '../factories.ts'
import { checkLog, type SendRecord } from '../history/checks/check-log.ts'
import { checkTexts, readStoredTexts } from '../history/checks/check-texts.ts'
import { readStoredLog } from '../history/read-stored-log.ts'

export type ChangeRaceReport = {
  violations: string[]
  /** How many calls had each outcome, such as `edit ok` or `send chat_closed`. */
  outcomes: Map<string, number>
}

/**
 * Runs sends, edits, retractions, closes and reopenings of a chat at the same time. Each round has a chat of its own,
 * and its calls go to the cores in turn.
 */
export async function raceChanges(
  cores: readonly [Core, ...Core[]],
  options: { rounds: number; roundsAtOnce: number },
): Promise<ChangeRaceReport> {
  const report: ChangeRaceReport = { violations: [], outcomes: new Map() }
  let next = 0
  const worker = async () => {
    for (let round = next++; round < options.rounds; round = next++) await runRound(cores, round, report)
  }
  await Promise.all(Array.from({ length: options.roundsAtOnce }, worker))
  return report
}

async function runRound(cores: readonly [Core, ...Core[]], round: number, report: ChangeRaceReport): Promise<void> {
  const [core] = cores
  const { client, operator, chat } = await setUpChat(core)
  const authors = [client, operator, await newOperator(core)]
  const calls = new RoundCalls(cores, chat.id, report)
  const first: Own[] = []
  for (const author of authors) first.push({ author, messageId: (await calls.send(author)).id })
  await Promise.all([
    ...first.map((own) => calls.change(own, round % 2 === 0 ? 'edits first' : 'retraction first')),
    ...authors.map((author) => calls.talk(author)),
    calls.closeAndReopen(operator),
    calls.closeAndReopen(operator),
  ])
  const faults = [
    ...checkLog({ ...(await readStoredLog(core.db, chat.id)), sends: calls.sends }),
    ...checkTexts(await readStoredTexts(core.db, chat.id)),
  ]
  report.violations.push(...faults.map((fault) => `round ${round}: ${fault}`))
}

type Own = { author: Actor; messageId: MessageId }

/** The calls of one round to one chat. The outcome of each is counted in the report. */
class RoundCalls {
  readonly sends: SendRecord[] = []
  readonly #cores: readonly [Core, ...Core[]]
  #calls = 0
  readonly #chatId: ChatId
  readonly #report: ChangeRaceReport

  constructor(cores: readonly [Core, ...Core[]], chatId: ChatId, report: ChangeRaceReport) {
    this.#cores = cores
    this.#chatId = chatId
    this.#report = report
  }

  /** The core of the next call. */
  get #core(): Core {
    this.#calls += 1
    return this.#cores[this.#calls % this.#cores.length] ?? this.#cores[0]
  }

  async send(author: Actor): Promise<Message> {
    const { message } = await sendText(this.#core, author, { chatId: this.#chatId })
    const { seq, clientMsgId } = message
    this.sends.push({ userId: author.userId, clientMsgId: clientMsgId ?? '', outcome: { kind: 'acknowledged', seq } })
    return message
  }

  async talk(author: Actor): Promise<void> {
    for (let nth = 0; nth < 3; nth += 1) await this.#call('send', () => this.send(author))
  }

  async change({ author, messageId }: Own, order: 'edits first' | 'retraction first'): Promise<void> {
    const target = { chatId: this.#chatId, messageId }
    const edit = (text: string) => this.#call('edit', () => editMessage(this.#core, author, { ...target, text }))
    const retract = () => this.#call('retract', () => retractMessage(this.#core, author, target))
    const early = order === 'retraction first' ? [retract()] : []
    await Promise.all([...early, edit('one'), edit('two'), edit('three'), retract()])
  }

  async closeAndReopen(operator: Actor): Promise<void> {
    const chat = { chatId: this.#chatId }
    for (const seen of [{}, { ifSeq: 3 }, {}]) {
      await this.#call('close', () => closeChat(this.#core, operator, { ...chat, ...seen }))
      await this.#call('reopen', () => reopenChat(this.#core, operator, chat))
    }
  }

  async #call(name: string, work: () => Promise<unknown>): Promise<void> {
    const ending = `${name} ${await outcomeOf(work)}`
    this.#report.outcomes.set(ending, (this.#report.outcomes.get(ending) ?? 0) + 1)
  }
}

async function outcomeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
    return 'ok'
  } catch (error) {
    return error instanceof AppError ? error.code : 'failed'
  }
}
