import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'

/*
 * Loaded before the server that is profiled: the first signal begins a CPU profile, the second writes it into the file
 * that `DESKBELL_PROFILE` names.
 */
const session = new Session()
const samplingUs = 250
let runs = false

process.on('SIGUSR2', () => void (runs ? end() : begin()))

async function begin(): Promise<void> {
  runs = true
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: samplingUs })
  await session.post('Profiler.start')
}

async function end(): Promise<void> {
  const { profile } = await session.post('Profiler.stop')
  writeFileSync(process.env['DESKBELL_PROFILE'] ?? 'server.cpuprofile', JSON.stringify(profile))
}
