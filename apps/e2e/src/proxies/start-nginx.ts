import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@deskbell/testkit/free-port'
import { waitFor } from '@deskbell/testkit/wait-for'
import { tools } from '../tools.ts'

export type NginxOptions = {
  /** The ports of the servers behind nginx. */
  api: number
  live: number
  /** The port of a second server for sockets. */
  otherLive?: number
  /** Default: any free port. */
  port?: number
}

export type RunningNginx = AsyncDisposable & {
  readonly url: string
  readonly port: number
  /** The ports that lead to one of the servers. */
  readonly apiPort: number
  readonly livePort: number
  accessLog(): Promise<string>
}

/** Runs nginx with the real `nginx.conf`, except for ports, addresses, paths of files and the number of workers. */
export async function startNginx(options: NginxOptions): Promise<RunningNginx> {
  const folder = await nginxFolder()
  const doors = { ...(await freeDoors()), ...(options.port !== undefined && { port: options.port }) }
  const { port } = doors
  const file = await writeConfig(folder, options, doors)
  const nginx = spawn(tools.nginx ?? 'nginx', ['-e', 'stderr', '-c', file, '-g', 'daemon off;'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = collect(nginx)
  await waitFor(() => accepts(port), { what: 'nginx listens' }).catch((cause: unknown) => {
    throw new Error(`nginx did not start:\n${output()}`, { cause })
  })
  return {
    url: `http://localhost:${port}`,
    ...doors,
    accessLog: async () => await readFile(join(folder, 'access.log'), 'utf8'),
    [Symbol.asyncDispose]: async () => {
      if (nginx.exitCode === null && nginx.kill('SIGTERM')) await once(nginx, 'exit')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Returns the exit code and the output of `nginx -t` for the same configuration. */
export async function testNginxConfig(): Promise<{ code: number | null; output: string }> {
  const folder = await nginxFolder()
  const file = await writeConfig(folder, { api: 9000, live: 8080 }, await freeDoors())
  const nginx = spawn(tools.nginx ?? 'nginx', ['-e', 'stderr', '-t', '-c', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = collect(nginx)
  await once(nginx, 'close')
  await rm(folder, { recursive: true, force: true })
  return { code: nginx.exitCode, output: output() }
}

type Doors = Pick<RunningNginx, 'port' | 'apiPort' | 'livePort'>

async function freeDoors(): Promise<Doors> {
  const [port, apiPort, livePort] = await Promise.all([freePort(), freePort(), freePort()])
  return { port, apiPort, livePort }
}

/** Throws if a replacement does not match, so that a changed `nginx.conf` is not tested in part. */
async function writeConfig(folder: string, servers: NginxOptions, doors: Doors): Promise<string> {
  let config = await readFile(new URL('../../../../nginx.conf', import.meta.url), 'utf8')
  const replacements: [string, string][] = [
    ['worker_processes auto;', 'worker_processes 1;'],
    ['pid /run/nginx.pid;', `pid ${folder}/nginx.pid;`],
    ['access_log /dev/stdout ', `access_log ${folder}/access.log `],
    ['http {', `http {\n${temporaryPaths(folder)}`],
    ['server api:9000 ', `server 127.0.0.1:${servers.api} `],
    ['server live:8080 ', `${liveServers(servers)} `],
    ['listen 80 ', `listen 127.0.0.1:${doors.port} `],
    ['listen 8080 ', `listen 127.0.0.1:${doors.livePort} `],
    ['listen 9000 ', `listen 127.0.0.1:${doors.apiPort} `],
    ['"~^8080 "', `"~^${doors.livePort} "`],
    ['"~^9000 "', `"~^${doors.apiPort} "`],
  ]
  for (const [from, to] of replacements) {
    if (!config.includes(from)) throw new Error(`nginx.conf has no "${from}" any more.`)
    config = config.replace(from, to)
  }
  const file = join(folder, 'nginx.conf')
  await writeFile(file, config)
  return file
}

function liveServers({ live, otherLive = live }: NginxOptions): string {
  const other = otherLive === live ? '' : `server 127.0.0.1:${otherLive} max_fails=2 fail_timeout=5s;\n    `
  return `${other}server 127.0.0.1:${live}`
}

/** Returns a folder that every user can read: started as root, nginx runs its workers as another user. */
async function nginxFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-nginx-'))
  await chmod(folder, 0o755)
  return folder
}

function temporaryPaths(folder: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return kinds.map((kind) => `  ${kind}_temp_path ${folder}/${kind};`).join('\n')
}

function collect(nginx: ChildProcess): () => string {
  let output = ''
  for (const stream of [nginx.stdout, nginx.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  return () => output
}

async function accepts(port: number): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${port}/healthz`).then(
    () => true,
    () => false,
  )
}
