import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { closeChat } from '@deskbell/core/chats/changes/close-chat'
import type { Core } from '@deskbell/core/context'
import { sendMessage } from '@deskbell/core/messages/send-message'
import { newOperator, setUpChat } from '../factories.ts'
import { checkLog, failedOutcome, type SendRecord } from '../history/checks/check-log.ts'
import { readStoredLog } from '../history/read-stored-log.ts'
import { raceSendsAgainstClose } from './race-sends-against-close.ts'

export type RaceRounds = { rounds: number; senders: number; sendsEach: number; roundsAtOnce: number }
export type RaceReport = { violations: string[]; acknowledged: number; refused: number; failed: number }

/**
 * Runs `raceSendsAgainstClose` through the use cases. Every round has a chat of its own, and several rounds run at
 * once. The callers of a round are spread over the cores, because one core runs the commands of a chat one after the
 * other.
 */
export async function raceOverCores(cores: readonly [Core, ...Core[]], options: RaceRounds): Promise<RaceReport> {
  const [core] = cores
  const report: RaceReport = { violations: [], acknowledged: 0, refused: 0, failed: 0 }
  const operators = await Promise.all(Array.from({ length: options.senders - 1 }, () => newOperator(core)))
  let next = 0
  const worker = async () => {
    for (let round = next++; round < options.rounds; round = next++)
      await runRound(cores, { round, options, operators, report })
  }
  await Promise.all(Array.from({ length: options.roundsAtOnce }, worker))
  return report
}

type Round = { round: number; options: RaceRounds; operators: Actor[]; report: RaceReport }

async function runRound(
  cores: readonly [Core, ...Core[]],
  { round, options, operators, report }: Round,
): Promise<void> {
  const [core] = cores
  const coreOf = (place: number) => cores[place % cores.length] ?? core
  const { client, operator, chat } = await setUpChat(core)
  const senders = [client, ...operators].map((actor, place) => ({
    userId: actor.userId,
    send: (clientMsgId: string, text: string) =>
      sendOutcome(coreOf(place), actor, { chatId: chat.id, clientMsgId, text }),
  }))
  const close = async () => void (await closeChat(coreOf(round), operator, { chatId: chat.id }))
  // The close is sent before the first message in the first round, and later in each following one.
  const closeAfter = round % (options.senders * options.sendsEach)
  const sends = await raceSendsAgainstClose({ chatId: chat.id, senders, close }, { ...options, closeAfter })
  const violations = checkLog({ ...(await readStoredLog(core.db, chat.id)), sends })
  report.violations.push(...violations.map((violation) => `round ${round}: ${violation}`))
  report.acknowledged += sends.filter(({ outcome }) => outcome.kind === 'acknowledged').length
  report.refused += sends.filter(({ outcome }) => outcome.kind === 'refused').length
  report.failed += sends.filter(({ outcome }) => outcome.kind === 'unknown').length
}

async function sendOutcome(
  core: Core,
  actor: Actor,
  input: Parameters<typeof sendMessage>[2],
): Promise<SendRecord['outcome']> {
  try {
    const { message } = await sendMessage(core, actor, input)
    return { kind: 'acknowledged', seq: message.seq }
  } catch (error) {
    return error instanceof AppError ? failedOutcome(error.code) : { kind: 'unknown' }
  }
}
