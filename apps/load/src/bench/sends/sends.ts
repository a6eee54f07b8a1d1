import { findOrInstall } from '../peers/debian-program.ts'
import { findEjabberd } from '../peers/ejabberd-server.ts'
import { findPgbench } from '../peers/find-pgbench.ts'
import { type Bench, type BenchOptions, roundsOf } from '../suite/bench.ts'
import { inTurns } from '../suite/in-turns.ts'
import { deskbellPeer } from './deskbell-peer.ts'
import { ejabberdPeer } from './ejabberd-peer.ts'
import { naivePeer } from './naive-peer.ts'
import { peerContender } from './peer-contender.ts'
import { pgbench } from './pgbench.ts'
import { laySendField, type SendField } from './send-field.ts'
import { type SendContender, type SendLevel, type SendTimes, sendLevels } from './send-level.ts'
import { type Gathered, type SendRun, sendsResult } from './sends-result.ts'

export const sends: Bench = {
  name: 'sends',
  title: 'Durable sends, end to end',
  async run(options) {
    await using stack = new AsyncDisposableStack()
    const field = await laySendField(stack)
    const gathered = await gather(field, options)
    const plan = planOf(options)
    return sendsResult(await runRounds(gathered.contenders, plan, options), { ...gathered, ...plan })
  },
}

type Plan = { rounds: number; levels: readonly SendLevel[]; times: SendTimes }

function planOf(options: BenchOptions): Plan {
  if (!options.quick)
    return { rounds: roundsOf(options, 5), levels: sendLevels, times: { warmMs: 4_000, measureMs: 5_000 } }
  const levels = sendLevels.filter(({ inFlight }) => inFlight === 512)
  return { rounds: 1, levels, times: { warmMs: 200, measureMs: 500 } }
}

async function gather(field: SendField, options: BenchOptions): Promise<Gathered & { contenders: SendContender[] }> {
  const yardstick = await findOrInstall({ packages: ['postgresql-15'], find: findPgbench }, options)
  const ejabberd = await findOrInstall({ packages: ['ejabberd', 'erlang-p1-pgsql'], find: findEjabberd }, options)
  const contenders = [
    ...(yardstick === null ? [] : [pgbench(yardstick.program, field)]),
    peerContender(deskbellPeer(field), field),
    peerContender(naivePeer(field), field),
    ...(ejabberd === null ? [] : [peerContender(await ejabberdPeer(ejabberd, field), field)]),
  ]
  return { contenders, pgbench: yardstick?.version ?? null, ejabberd: ejabberd?.version ?? null }
}

async function runRounds(
  contenders: readonly SendContender[],
  { rounds, levels, times }: Plan,
  { log }: BenchOptions,
): Promise<SendRun[]> {
  const runs: SendRun[] = []
  for (let round = 0; round < rounds; round += 1) {
    for (const level of levels) {
      for (const { name, run } of inTurns(contenders, round)) {
        const figures = await run(level, times)
        log(`round ${round + 1}, ${level.inFlight} in flight, ${name}: ${Math.round(figures.perSecond)} messages/s`)
        runs.push({ name, inFlight: level.inFlight, round, figures })
      }
    }
  }
  return runs
}
