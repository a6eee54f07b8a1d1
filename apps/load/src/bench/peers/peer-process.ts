import { spawn } from 'node:child_process'
import { freePort } from '@deskbell/testkit/free-port'
import { waitFor } from '@deskbell/testkit/wait-for'
import { bindToUs, endChild } from '../suite/child-program.ts'

export type PeerProcess = AsyncDisposable & { readonly pid: number; readonly port: number }

export type PeerCommand = {
  program: string
  args: readonly string[]
  cwd?: string
  env?: Record<string, string>
  /** An address that answers with whatever status as soon as the server is there. */
  answers: string
}

const outputCharsMax = 10_000
/** ejabberd takes a quarter of a minute on a busy machine. */
const startTimeoutMs = 180_000

/** A foreign server in the foreground on a free port of loopback, ended by its process id. */
export async function startPeerProcess(name: string, command: (port: number) => PeerCommand): Promise<PeerProcess> {
  const port = await freePort()
  const { program, args, cwd, env, answers } = command(port)
  const child = spawn(program, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  })
  child.once('exit', bindToUs(child))
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-outputCharsMax)
  }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', keep)
  child.on('error', (error) => keep(Buffer.from(error.message)))
  const over = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null
  try {
    await waitFor(async () => over() || (await isThere(answers)), {
      timeoutMs: startTimeoutMs,
      what: `${name} answers`,
    })
  } catch (error) {
    await endChild(child)
    throw new Error(`${name} did not start:\n${output}`, { cause: error })
  }
  if (child.pid === undefined || over()) throw new Error(`${name} did not start:\n${output}`)
  return { pid: child.pid, port, [Symbol.asyncDispose]: () => endChild(child) }
}

async function isThere(url: string): Promise<boolean> {
  return await fetch(url).then(
    async (response) => {
      await response.body?.cancel()
      return true
    },
    () => false,
  )
}
