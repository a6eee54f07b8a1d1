import type { ProcedureDescription } from '@deskbell/api/describe-procedures'
import { databaseFingerprint } from '../database/database-fingerprint.ts'
import {
  type AccessRow,
  accessTable,
  type Cell,
  cellsOf,
  expectedOutcome,
  formOf,
  maySee,
  messageIdOf,
  type Outcome,
} from './access-table.ts'
import { type CallerName, type ChatName, callerNames, factsOf, isUser, roleOf } from './callers.ts'
import type { Cast, Session, TargetChat } from './cast.ts'
import type { Received } from './outcome.ts'
import type { Way } from './ways.ts'

/** So many calls are made at once, fewer than a socket or a batch takes. */
const callsAtOnce = 6
/** A server that is too slow to answer, because the machine is, is asked again. */
const triesMax = 3

export type MatrixResult = { calls: number; violations: string[] }

type Asked = { cell: Cell; expected: Outcome }
type Part = { asked: readonly Asked[]; targets: readonly TargetChat[] }
type Group = { procedure: ProcedureDescription; row: AccessRow; caller: CallerName; way: Way }

/** Makes the calls of the table over every transport, and describes every answer that is not as it says. */
export class Matrix {
  readonly #cast: Cast
  readonly #ways: readonly Way[]

  readonly #table: typeof accessTable

  constructor(cast: Cast, ways: readonly Way[], table = accessTable) {
    this.#cast = cast
    this.#ways = ways
    this.#table = table
  }

  /** Makes the calls that must leave the database as it is: all reads, and all changes that are refused. */
  async tryUnchanging(procedure: ProcedureDescription): Promise<MatrixResult> {
    const isUnchanging = (expected: Outcome) => procedure.type !== 'mutation' || expected !== 'ok'
    const result = none()
    const hidden = new Map<string, string>()
    const before = await databaseFingerprint(this.#cast.server.db)
    for (const group of this.#groups(procedure)) {
      for (const asked of chunked(asksOf(group).filter(({ expected }) => isUnchanging(expected)))) {
        const targets = asked.map(({ cell }) => this.#cast.chat(cell.chat ?? 'missing'))
        const answers = await this.#call(group, this.#cast.session(group.caller), { asked, targets })
        result.calls += answers.length
        result.violations.push(...this.#judge(group, asked, answers), ...sameBytes(group, asked, { answers, hidden }))
      }
    }
    if ((await databaseFingerprint(this.#cast.server.db)) !== before)
      result.violations.push('a refused call, or a read, changed the database')
    return result
  }

  /** Makes the changes that are allowed, in chats that are made for them. */
  async tryChanging(procedure: ProcedureDescription): Promise<MatrixResult> {
    const result = none()
    if (procedure.type !== 'mutation') return result
    const made = new Map<ChatName, TargetChat>()
    for (const group of this.#groups(procedure)) {
      const { row, caller } = group
      const size = row.endsSession === true ? 1 : callsAtOnce
      for (const asked of chunked(
        asksOf(group).filter(({ expected }) => expected === 'ok'),
        size,
      )) {
        const targets: TargetChat[] = []
        for (const { cell } of asked) targets.push(await this.#targetOf(row, cell, made))
        const session = row.endsSession === true ? await this.#cast.newSession(caller) : this.#cast.session(caller)
        const answers = await this.#call(group, session, { asked, targets })
        result.calls += answers.length
        result.violations.push(...this.#judge(group, asked, answers))
      }
    }
    return result
  }

  /** Describes everything in a received text that the viewer may not receive. */
  leaksIn(received: string, viewer: CallerName): string[] {
    const words = this.#cast.canaries.forbiddenIn(received, viewer).map((word) => `received ${word} of others`)
    const tokens = this.#cast.tokensIn(received).map(() => 'received the token of a session')
    const fields = roleOf(viewer) !== 'operator' && received.includes('waitingSince') ? ['received waitingSince'] : []
    return [...words, ...tokens, ...fields]
  }

  #groups(procedure: ProcedureDescription): Group[] {
    const row = this.#table[procedure.name]
    if (row === undefined) throw new Error(`${procedure.name} has no row in the access table.`)
    return this.#ways
      .filter((way) => way.has(procedure))
      .flatMap((way) => callerNames.map((caller) => ({ procedure, row, caller, way })))
  }

  async #targetOf(row: AccessRow, { caller, chat }: Cell, made: Map<ChatName, TargetChat>): Promise<TargetChat> {
    if (chat === null) return this.#cast.chat('missing')
    const { client } = factsOf(chat)
    // Whoever acts in a chat is shown to its client by name.
    if (client !== null && isUser(caller) && roleOf(caller) === 'operator') {
      this.#cast.showName(caller, client)
      this.#cast.showName('colleague', client)
    }
    const known = row.dependsOnState === true ? undefined : made.get(chat)
    const target = known ?? (await this.#cast.newTarget(chat))
    made.set(chat, target)
    return target
  }

  async #call(group: Group, session: Session, part: Part): Promise<Received[]> {
    let answers: Received[] = []
    for (let attempt = 0; attempt < triesMax; attempt += 1) {
      answers = await this.#callOnce(group, session, part)
      if (answers.every(({ outcome }) => outcome !== 'unavailable')) return answers
    }
    return answers
  }

  #callOnce({ procedure, row, caller, way }: Group, session: Session, { asked, targets }: Part): Promise<Received[]> {
    const inputs = asked.map(({ cell }, nth) => {
      const chat = targets[nth] ?? this.#cast.chat('missing')
      const messageId = messageIdOf(this.#cast, chat, cell.message)
      const word = () => this.#cast.canaries.create(this.#audienceOf(cell))
      return formOf(row, cell).input({ cast: this.#cast, caller, chat, messageId, word })
    })
    return way.call(session, procedure, inputs)
  }

  /** Who may receive what the call says: those who may see the chat if it is done, and else only the caller. */
  #audienceOf({ caller, chat }: Cell): CallerName[] {
    const client = chat === null || !maySee(caller, chat) ? null : factsOf(chat).client
    return client === null ? [caller] : [caller, ...this.#cast.audienceOf(client)]
  }

  #judge(group: Group, asked: readonly Asked[], answers: readonly Received[]): string[] {
    return asked.flatMap(({ cell, expected }, nth) => {
      const answer = answers[nth]
      const title = `${titleOf(group)}, ${cell.form}, chat ${cell.chat}, message ${cell.message}`
      if (answer === undefined) return [`${title}: no answer`]
      const { outcome, bytes } = answer
      const shows = formOf(group.row, cell).shows ?? group.row.shows
      const isEmpty = expected === 'ok' && shows === true && this.#cast.canaries.in(bytes).length === 0
      return [
        ...(outcome === expected ? [] : [`expected ${expected}, got ${outcome}`]),
        ...(isEmpty ? ['shows nothing, so that a leak could not be seen either'] : []),
        ...this.leaksIn(bytes, group.caller),
      ].map((fault) => `${title}: ${fault}`)
    })
  }
}

function asksOf({ row, caller, way }: Group): Asked[] {
  return cellsOf(row, caller).map((cell) => {
    const isSignedOut = way.needsSession && roleOf(caller) === null
    return { cell, expected: isSignedOut ? 'unauthenticated' : expectedOutcome(row, cell) }
  })
}

/** What the caller may not see is answered with the same bytes as what does not exist. */
function sameBytes(
  { caller, way }: Group,
  asked: readonly Asked[],
  { answers, hidden }: { answers: readonly Received[]; hidden: Map<string, string> },
): string[] {
  return asked.flatMap(({ expected, cell }, nth) => {
    if (expected !== 'not_found') return []
    const key = `${caller} ${way.name}`
    const bytes = withoutIds(answers[nth]?.answer ?? '')
    const known = hidden.get(key) ?? bytes
    hidden.set(key, known)
    return known === bytes ? [] : [`${key}, chat ${cell.chat}: not_found as ${bytes} and as ${known}`]
  })
}

/** Without what differs from request to request. */
function withoutIds(bytes: string): string {
  return bytes
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'request')
    .replaceAll(/"id":\d+/g, '"id":0')
    .replaceAll(/retry: \d+/g, 'retry: 0')
    .replaceAll(/\["date","[^"]*"\]/g, '')
}

function titleOf({ caller, way }: Group): string {
  return `${caller} by ${way.name}`
}

function none(): MatrixResult {
  return { calls: 0, violations: [] }
}

function chunked<T>(all: readonly T[], size = callsAtOnce): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, nth) => all.slice(nth * size, (nth + 1) * size))
}
