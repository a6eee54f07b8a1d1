import { findOrInstall } from '../peers/debian-program.ts'
import { findOrInstallEiows } from '../peers/eiows.ts'
import { findEjabberd } from '../peers/ejabberd-server.ts'
import { findPgbench } from '../peers/find-pgbench.ts'
import { findNats } from '../peers/nats-server.ts'
import { findProsody } from '../peers/prosody-server.ts'
import { findRabbitMq } from '../peers/rabbitmq-server.ts'
import { socketIoVersion } from '../peers/socket-io-version.ts'
import { type Bench, type BenchOptions, roundsOf } from '../suite/bench.ts'
import { inTurns, wholeSquare } from '../suite/in-turns.ts'
import { natsPeer, rabbitMqPeer } from './broker-peers.ts'
import { deskbellPeer } from './deskbell-peer.ts'
import { ejabberdPeer } from './ejabberd-peer.ts'
import { naivePeer } from './naive-peer.ts'
import { peerContender } from './peer-contender.ts'
import { pgbench } from './pgbench.ts'
import { prosodyPeer } from './prosody-peer.ts'
import { laySendField, type SendField } from './send-field.ts'
import { type SendContender, type SendPlan, sendLevels } from './send-level.ts'
import { type SendRun, type SendsRaw, sendsResult } from './sends-result.ts'
import { yardstick as five, limit, onEiows, tuned, tutorial } from './sides.ts'

export const sends: Bench<SendsRaw> = {
  name: 'sends',
  title: 'Durable sends, end to end',
  async measure(options) {
    await using stack = new AsyncDisposableStack()
    const field = await laySendField(stack)
    const { contenders, versions, missing } = await gather(field, options)
    const plan = planOf(options, contenders.length)
    const runs = await runRounds(contenders, plan, options)
    return { rounds: plan.rounds, raw: { plan, turns: { order: 'square', vacuumed: true }, versions, missing, runs } }
  },
  report: sendsResult,
}

const fullTimes = { warmMs: 3_000, measureMs: 5_000 }

function planOf(options: BenchOptions, contenders: number): SendPlan {
  if (!options.quick)
    return { rounds: roundsOf(options, wholeSquare(contenders)), levels: sendLevels, times: fullTimes }
  const levels = sendLevels.filter(({ lines, perLine }) => lines * perLine === 512 && perLine > 1)
  return { rounds: 1, levels, times: { warmMs: 200, measureMs: 500 } }
}

type Gathered = Pick<SendsRaw, 'versions' | 'missing'> & { contenders: SendContender[] }

async function gather(field: SendField, options: BenchOptions): Promise<Gathered> {
  const yardstick = await findOrInstall({ packages: ['postgresql-15'], find: findPgbench }, options)
  const ejabberd = await findOrInstall({ packages: ['ejabberd', 'erlang-p1-pgsql'], find: findEjabberd }, options)
  const eiows = await findOrInstallEiows(options)
  const prosody = await findOrInstall({ packages: ['prosody', 'lua-dbi-postgresql'], find: findProsody }, options)
  const rabbitMq = await findOrInstall({ packages: ['rabbitmq-server'], find: findRabbitMq }, options)
  const nats = await findOrInstall({ packages: ['nats-server'], find: findNats }, options)
  const contenders = [
    ...(yardstick === null ? [] : ([limit, five] as const).map((name) => pgbench(name, yardstick.program, field))),
    peerContender(deskbellPeer(field), field),
    peerContender(naivePeer(field, { name: tutorial }), field),
    peerContender(naivePeer(field, { name: tuned }), field),
    ...('reason' in eiows ? [] : [peerContender(naivePeer(field, { name: onEiows, eiows: eiows.file }), field)]),
    ...(ejabberd === null ? [] : [peerContender(await ejabberdPeer(ejabberd, field), field)]),
    ...(prosody === null ? [] : [peerContender(await prosodyPeer(prosody, field), field)]),
    ...(rabbitMq === null ? [] : [peerContender(rabbitMqPeer(rabbitMq), field)]),
    ...(nats === null ? [] : [peerContender(natsPeer(nats), field)]),
  ]
  const versions = {
    'socket.io': socketIoVersion,
    ...(!('reason' in eiows) && { eiows: eiows.version }),
    ...(yardstick !== null && { pgbench: yardstick.version }),
    ...(ejabberd !== null && { ejabberd: ejabberd.version }),
    ...(prosody !== null && { prosody: prosody.version }),
    ...(rabbitMq !== null && { rabbitmq: rabbitMq.version }),
    ...(nats !== null && { 'nats-server': nats.version }),
  }
  const missing = {
    ...(yardstick === null && { [limit]: 'not installed', [five]: 'not installed' }),
    ...('reason' in eiows && { [onEiows]: eiows.reason }),
    ...(ejabberd === null && { ejabberd: 'not installed' }),
    ...(prosody === null && { Prosody: 'not installed' }),
    ...(rabbitMq === null && { RabbitMQ: 'not installed' }),
    ...(nats === null && { 'NATS JetStream': 'not installed' }),
  }
  return { contenders, versions, missing }
}

async function runRounds(
  contenders: readonly SendContender[],
  { rounds, levels, times }: SendPlan,
  { log }: BenchOptions,
): Promise<SendRun[]> {
  const runs: SendRun[] = []
  for (let round = 0; round < rounds; round += 1) {
    for (const level of levels) {
      for (const { name, run } of inTurns(contenders, round)) {
        const figures = await run(level, times)
        log(`round ${round + 1}, ${level.inFlight} in flight, ${name}: ${Math.round(figures.perSecond)} messages/s`)
        runs.push({ name, lines: level.lines, perLine: level.perLine, round, figures })
      }
    }
  }
  return runs
}
