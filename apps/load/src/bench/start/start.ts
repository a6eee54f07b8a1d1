import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bench, roundsOf } from '../suite/bench.ts'
import { spreadOf, spreadText } from '../suite/spread.ts'
import { measureStart, type StartPhases } from './start-phases.ts'

const columns: readonly [name: string, key: keyof StartPhases][] = [
  ['npm and start script', 'bootstrap'],
  ['Node reads the program', 'program'],
  ['PostgreSQL', 'postgres'],
  ['migrations', 'migrations'],
  ['server and first page', 'server'],
  ['all', 'total'],
]

type StartRaw = { rounds: StartPhases[] }

export const start: Bench<StartRaw> = {
  name: 'start',
  title: 'A warm npm start to the first served page',
  async measure(options) {
    const folder = await mkdtemp(join(tmpdir(), 'dbs-'))
    const dataDir = join(folder, 'data')
    try {
      // The first one makes the database, and is not counted.
      await measureStart(dataDir)
      const rounds: StartPhases[] = []
      for (let round = 0; round < roundsOf(options, 5); round += 1) {
        const phases = await measureStart(dataDir)
        rounds.push(phases)
        options.log(`${Math.round(phases.total)} ms`)
      }
      return { rounds: rounds.length, raw: { rounds } }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  report({ rounds }) {
    const cells = columns.map(([, key]) => spreadText(spreadOf(rounds.map((phases) => phases[key]))))
    return {
      about: `\`npm start\` with everything installed and built, on a data folder that exists, until \`GET /\` is answered with 200. The
parts are told by the server's own log at \`LOG_LEVEL=debug\`.`,
      tables: [{ caption: 'Milliseconds', columns: columns.map(([name]) => name), rows: [cells] }],
      targets: [],
    }
  },
}
