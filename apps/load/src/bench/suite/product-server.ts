import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { freePort } from '@deskbell/testkit/free-port'
import { waitFor } from '@deskbell/testkit/wait-for'
import { bindToUs, endChild } from './child-program.ts'

/** The product as it is shipped, one process with nothing patched, on a PostgreSQL of the benchmark. */
export type ProductServer = AsyncDisposable & {
  readonly url: string
  readonly wsUrl: string
  readonly pid: number
  /** Of the link that makes the first admin, with `AUTH_MODE=secure`. */
  setupToken(): Promise<string>
}

const mainFile = fileURLToPath(new URL('../../../../server/src/main.ts', import.meta.url))
/** As `npm start` and the container run it. */
const youngGeneration = '--max-semi-space-size=4'
const startTimeoutMs = 60_000
const outputCharsMax = 10_000

export async function startProductServer(
  connectionString: string,
  env: Record<string, string> = {},
): Promise<ProductServer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const publicUrl = env['AUTH_MODE'] === 'secure' ? { PUBLIC_URL: url } : {}
  const child = spawn(process.execPath, [youngGeneration, mainFile], {
    env: { ...ownEnvironment(), DATABASE_URL: connectionString, PORT: String(port), ...publicUrl, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  child.once('exit', bindToUs(child))
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-outputCharsMax)
  }
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', keep)
  // The link is printed when the server is ready, a moment later.
  const tokenIn = () => /^http\S*\/setup#(\S+)$/m.exec(output)?.[1]
  const setupToken = async () => {
    await waitFor(() => tokenIn() !== undefined, { what: 'the setup link' })
    return tokenIn() ?? ''
  }
  await waitFor(async () => child.exitCode !== null || (await isReady(url)), { timeoutMs: startTimeoutMs })
  if (child.exitCode !== null || child.pid === undefined) throw new Error(`The server did not start:\n${output}`)
  return {
    url,
    wsUrl: url.replace('http', 'ws'),
    pid: child.pid,
    setupToken,
    [Symbol.asyncDispose]: () => endChild(child),
  }
}

/** This process's environment without settings of Deskbell that a developer may have exported. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const { DATA_DIR: _dataDir, ROLE: _role, HOST: _host, PUBLIC_URL: _publicUrl, ...inherited } = process.env
  return { ...inherited, BUS: 'memory', RATE_LIMITS: 'off', CONNECTIONS_PER_ADDRESS: '1000000', LOG_LEVEL: 'warn' }
}

async function isReady(url: string): Promise<boolean> {
  return await fetch(`${url}/readyz`).then(
    (response) => response.ok,
    () => false,
  )
}
